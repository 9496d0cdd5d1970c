"""The style that all plots share: figures, colors, legends, texts; and the import of matplotlib."""

from numbers import Integral

# Okabe and Ito's palette, told apart with every common kind of color vision. Its black is left for
# averages, and its yellow out, as it is hard to see on white.
PALETTE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
BEST, WORST, GRAY = "#0072B2", "#D55E00", "#8C8C8C"
LINE_STYLES = ("-", (0, (5, 1.5)), (0, (1.5, 1.2)), (0, (5, 1.5, 1, 1.5)))
AVERAGE_STYLES = (
    {"color": "black", "lw": 2.2},
    {"color": "black", "lw": 2.2, "ls": (0, (4, 1.5))},
)
REFERENCE_STYLE = {"color": GRAY, "ls": ":", "lw": 1.2}

_MAX_LABEL_LENGTH = 24


def import_matplotlib():
    """Return matplotlib with the modules that plots need, or say how to install it."""
    # Here and not at the top: matplotlib is an optional dependency, and slow to load for those who
    # only compute.
    try:
        import matplotlib.collections
        import matplotlib.pyplot
        import matplotlib.ticker
        import matplotlib.transforms
    except ImportError as error:
        raise ImportError(
            "Plots need matplotlib, which is not installed. "
            'Install it by: pip install "skmultilabel-nn[plot]"'
        ) from error
    return matplotlib


def resolve_axes(ax, size):
    """Return the figure and the axes to draw on; for None, new ones of this size in inches."""
    plt = import_matplotlib().pyplot
    if ax is None:
        # Reserves space for a legend next to the axes, also when the figure is resized.
        _, ax = plt.subplots(figsize=size, layout="constrained")
    return ax.figure, ax


def add_legend(ax, is_new, handles, *, inches=0.12):
    """Put the legend next to new axes, at this distance; inside of given axes."""
    texts = [handle.get_label() for handle in handles]
    if is_new or ax.figure.get_layout_engine() is not None:
        offset = import_matplotlib().transforms.ScaledTranslation(
            inches, 0, ax.figure.dpi_scale_trans
        )
        place = {"loc": "upper left", "bbox_to_anchor": (1.0, 1.0), "borderaxespad": 0.0}
        place["bbox_transform"] = ax.transAxes + offset
    else:
        place = {"loc": "best", "framealpha": 0.7}
    return ax.legend(handles, texts, fontsize="small", handlelength=2.4, **place)


def format_label(label):
    """Write a label's name so that it fits; a number as "label 3"."""
    text = f"label {label}" if isinstance(label, Integral) else str(label)
    text = text.replace("$", r"\$")  # two of them would begin a formula
    return text if len(text) <= _MAX_LABEL_LENGTH else text[: _MAX_LABEL_LENGTH - 1] + "…"


def style_axes(ax, *, xlabel, ylabel, title, unit_limits=True):
    """Set the texts, the limits and a faint grid."""
    ax.set(xlabel=xlabel, ylabel=ylabel)
    if title is not None:
        ax.set_title(title)
    if unit_limits:
        ax.set(xlim=(-0.01, 1.01), ylim=(-0.01, 1.01))
    ax.grid(color="0.9", lw=0.8)
    ax.set_axisbelow(True)
    ax.spines[["top", "right"]].set_visible(False)
