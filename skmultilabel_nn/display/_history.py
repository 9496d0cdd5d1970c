"""Loss and metrics of training and of held-out samples, epoch by epoch."""

from dataclasses import KW_ONLY, dataclass

import numpy as np

from skmultilabel_nn._utils.checks import check_option
from skmultilabel_nn._utils.docstrings import inherit_docstring
from skmultilabel_nn._utils.responses import final_estimator
from skmultilabel_nn._utils.text import format_values
from skmultilabel_nn.metrics._scorer import threshold_free_metric

from ._style import (
    GRAY,
    LINE_STYLES,
    PALETTE,
    add_legend,
    import_matplotlib,
    resolve_axes,
    style_axes,
)

_SIZE = (8.0, 4.2)
_SETTINGS = ("learning_rate", "lr")  # Keras's callbacks put them into histories; not drawn


@dataclass(eq=False, repr=False)
class TrainingHistoryDisplay:
    """Loss and metrics of training and of held-out samples, epoch by epoch.

    Made by `from_estimator` or `from_history`; parameters are attributes.

    Parameters
    ----------
    history : dict of str to list of float
        Values after each epoch; names that begin with ``val_`` are those of held-out samples.
    monitor : str, default=None
        The value whose best epoch is marked.
    best_epoch : int, default=None
        That epoch, counted from 1.
    name : str, default=None
        Title.

    Attributes
    ----------
    line_ : dict of str to matplotlib Line
        The line of each value of the history.
    best_epoch_line_ : matplotlib Line or None
        Line that marks the best epoch.
    legend_ : matplotlib Legend
        The legend.
    ax_ : matplotlib Axes
        Axes of the loss.
    metric_ax_ : matplotlib Axes or None
        Axes of the metrics, with their scale to the right.
    figure_ : matplotlib Figure
        Figure that contains the axes.

    Examples
    --------
    >>> from skmultilabel_nn.display import TrainingHistoryDisplay
    >>> history = {"loss": [0.6, 0.4, 0.3], "val_loss": [0.6, 0.5, 0.55]}
    >>> TrainingHistoryDisplay.from_history(history).best_epoch
    2
    """

    history: dict
    _: KW_ONLY
    monitor: str | None = None
    best_epoch: int | None = None
    name: str | None = None

    @classmethod
    def from_estimator(cls, estimator, *, monitor=None, mode=None, name=None, ax=None):
        """Plot the history of a fitted classifier.

        Parameters
        ----------
        estimator : KerasMultiLabelClassifier
            Fitted; also a pipeline that ends in one, or a search for one.
        monitor : str, default=None
            The value whose best epoch is marked. None: the classifier's `monitor`, if its
            history has it and its direction is known.
        mode : {"min", "max"}, default=None
            Whether less or more of `monitor` is better. None: "min" for the loss, "max" for
            ranking scores such as "val_lrap", and what early stopping used for its monitor.
        name : str, default=None
            Title. None: the name of the classifier's class.
        ax : matplotlib Axes, default=None
            See `plot`.

        Returns
        -------
        TrainingHistoryDisplay

        Raises
        ------
        TypeError
            If the estimator has no `history_`.
        ValueError
            If the history does not have `monitor`, or its direction is not known.
        """
        final = final_estimator(estimator)
        history = getattr(final, "history_", None)
        if history is None:
            raise TypeError(
                f"{type(final).__name__} has no history_. Give a fitted KerasMultiLabelClassifier, "
                f"or a dict of lists to from_history."
            )
        config = getattr(final, "config_", None)
        if mode is None and monitor in (None, getattr(config, "monitor", None)):
            mode = getattr(config, "monitor_mode", None)
        if monitor is None and getattr(config, "monitor", None) in history:
            known = mode is not None or _known_mode(config.monitor) is not None
            monitor = config.monitor if known else None
        name = type(estimator).__name__ if name is None else name
        return cls.from_history(history, monitor=monitor, mode=mode, name=name, ax=ax)

    @classmethod
    @inherit_docstring(from_estimator)
    def from_history(cls, history, *, monitor=None, mode=None, name=None, ax=None):
        """Plot a history.

        Parameters
        ----------
        history : dict of str to list of float
            As `history_` of the classifier, or `history` of Keras's `History`.
        monitor : str, default=None
            The value whose best epoch is marked. None: "val_loss", if the history has it.
        mode : {"min", "max"}, default=None
            Whether less or more of `monitor` is better. None: "min" for the loss, "max" for
            ranking scores such as "val_lrap"; to be given for others.
        name : str, default=None
            Title.

        Raises
        ------
        ValueError
            If the history does not have `monitor`, or its direction is not known.
        """
        check_option("mode", mode, ("min", "max", None))
        if monitor is None and "val_loss" in history:
            monitor, mode = "val_loss", "min"
        if monitor is not None and monitor not in history:
            raise ValueError(
                f"history has no {monitor!r}; it has {format_values(sorted(history))}."
            )
        best_epoch = None if monitor is None else _best_epoch(history[monitor], monitor, mode)
        return cls(history, monitor=monitor, best_epoch=best_epoch, name=name).plot(ax)

    def plot(self, ax=None):
        """Plot the history.

        Held-out values are solid, those of training dashed. Losses belong to the axis on the left,
        metrics to that on the right.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Axes to draw on. None: those of a new figure. The legend stands beside the axes of a new
            figure and of one with ``layout="constrained"``, inside those of others.

        Returns
        -------
        TrainingHistoryDisplay
            The display itself.

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        """
        self.figure_, self.ax_ = resolve_axes(ax, _SIZE)
        metrics = _metric_names(self.history)
        self.metric_ax_ = self.ax_.twinx() if metrics else None
        self.line_ = self._draw(self.ax_, "loss", PALETTE[0], LINE_STYLES[1])
        for i, metric in enumerate(metrics):
            color = PALETTE[1 + i % (len(PALETTE) - 1)]
            self.line_ |= self._draw(self.metric_ax_, metric, color, LINE_STYLES[1])
        self.best_epoch_line_ = self._mark_best_epoch()
        self._style_axes(metrics)
        handles = list(self.line_.values())
        handles += [] if self.best_epoch_line_ is None else [self.best_epoch_line_]
        inches = 0.8 if metrics else 0.12  # beside the numbers of the right axis
        top = self.metric_ax_ or self.ax_  # lines of the other axes would cross the legend
        self.legend_ = add_legend(top, ax is None, handles, inches=inches)
        return self

    def _draw(self, ax, name, color, training_style):
        """Draw a value of training and of held-out samples; solid if it is alone."""
        held_out = f"val_{name}" in self.history
        lines = {}
        for key, style in ((name, training_style if held_out else "-"), (f"val_{name}", "-")):
            if key in self.history:
                values = np.asarray(self.history[key], dtype=np.float64)
                epochs = np.arange(1, len(values) + 1)
                marker = "o" if len(values) == 1 else None
                lines[key] = ax.plot(
                    epochs, values, color=color, ls=style, marker=marker, label=key
                )[0]
        return lines

    def _mark_best_epoch(self):
        if self.best_epoch is None:
            return None
        return self.ax_.axvline(
            self.best_epoch,
            color=GRAY,
            ls=":",
            lw=1.5,
            label=f"best {self.monitor}: epoch {self.best_epoch}",
        )

    def _style_axes(self, metrics):
        style_axes(self.ax_, xlabel="Epoch", ylabel="Loss", title=self.name, unit_limits=False)
        locator = import_matplotlib().ticker.MaxNLocator(integer=True)
        self.ax_.xaxis.set_major_locator(locator)
        if metrics:
            self.metric_ax_.set_ylabel(metrics[0] if len(metrics) == 1 else "Metrics")
            self.metric_ax_.spines["top"].set_visible(False)


def _metric_names(history):
    """List what is neither loss nor setting, without ``val_``, in the order of the history."""
    names = (name.removeprefix("val_") for name in history if name not in _SETTINGS)
    return [name for name in dict.fromkeys(names) if name != "loss"]


def _known_mode(monitor):
    """Return the direction that a name alone tells, None for others."""
    name = monitor.removeprefix("val_")
    if name == "loss":
        return "min"
    return None if threshold_free_metric(name) is None else "max"


def _best_epoch(values, monitor, mode):
    mode = mode or _known_mode(monitor)
    if mode is None:
        raise ValueError(
            f"It is not known whether less or more of {monitor!r} is better: give mode='min' or "
            "mode='max'."
        )
    values = np.asarray(values, dtype=np.float64)
    if not len(values) or np.isnan(values).all():
        return None
    best = np.nanargmin if mode == "min" else np.nanargmax
    return int(best(values)) + 1
