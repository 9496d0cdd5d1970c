"""The look that all pictures share: figures, colours, legends, texts."""

from numbers import Integral

# Okabe and Ito's palette, told apart with every common kind of colour vision. Its black is left for
# averages, and its yellow out, as it is hard to see on white.
PALETTE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
BEST, WORST, GREY = "#0072B2", "#D55E00", "#8C8C8C"
STYLES = ("-", (0, (5, 1.5)), (0, (1.5, 1.2)), (0, (5, 1.5, 1, 1.5)))
AVERAGES = ({"color": "black", "lw": 2.2}, {"color": "black", "lw": 2.2, "ls": (0, (4, 1.5))})

_LONGEST_NAME = 24


def import_pyplot():
    """Import `matplotlib.pyplot`, or say how to install it."""
    try:
        import matplotlib.pyplot as plt
    except ImportError as error:
        raise ImportError(
            "Pictures need matplotlib, which is not installed. "
            'Install it by: pip install "skmultilabel-nn[plot]"'
        ) from error
    return plt


def figure_and_axes(ax, size):
    """Return figure and axes to draw on; new ones of this size in inches for None."""
    plt = import_pyplot()
    if ax is None:
        # Makes room for a legend beside the axes, and keeps doing so when the figure is resized.
        _, ax = plt.subplots(figsize=size, layout="constrained")
    return ax.figure, ax


def put_legend(ax, is_own, handles, *, inches=0.12):
    """Put the legend so far beside the axes; inside, if nothing makes room beside those given."""
    texts = [handle.get_label() for handle in handles]
    if is_own or ax.figure.get_layout_engine() is not None:
        from matplotlib.transforms import ScaledTranslation

        beside = ax.transAxes + ScaledTranslation(inches, 0, ax.figure.dpi_scale_trans)
        place = {"loc": "upper left", "bbox_to_anchor": (1.0, 1.0), "borderaxespad": 0.0}
        place["bbox_transform"] = beside
    else:
        place = {"loc": "best", "framealpha": 0.7}
    return ax.legend(handles, texts, fontsize="small", handlelength=2.4, **place)


def text_of(label):
    """Write a label's name so that it fits; a number as "label 3"."""
    text = f"label {label}" if isinstance(label, Integral) else str(label)
    text = text.replace("$", r"\$")  # two of them would begin a formula
    return text if len(text) <= _LONGEST_NAME else text[: _LONGEST_NAME - 1] + "…"


def finish(ax, *, xlabel, ylabel, title, unit_axes=True):
    """Set the texts, the limits and a faint grid."""
    ax.set(xlabel=xlabel, ylabel=ylabel)
    if title is not None:
        ax.set_title(title)
    if unit_axes:
        ax.set(xlim=(-0.01, 1.01), ylim=(-0.01, 1.01))
    ax.grid(color="0.9", lw=0.8)
    ax.set_axisbelow(True)
    ax.spines[["top", "right"]].set_visible(False)
