"""Texts and images as a user meets them, beside what people would use instead.

Texts: the same tf-idf features for this package with default settings, logistic regressions,
linear support vector machines and `MLPClassifier`; `EmbeddingBag` on token ids. Images: the same
convolutional network trained by this package and by Keras.

All are trained on the training rows and scored on the test rows. Thresholds are tuned in the same
way for all on the validation rows of the set; where there are none, on a fifth of the training
rows, which is then held out from training.
"""

import numpy as np

from benchmarks.common.baselines import THIS_PACKAGE
from benchmarks.common.baselines.text_images import IMAGE_BASELINES, TEXT_BASELINES
from benchmarks.common.data import load
from benchmarks.common.report import header, in_order, mean, select, table
from benchmarks.common.runner import Benchmark, jobs_of_datasets
from benchmarks.common.scores import fit_and_predict, score_decisions, score_probabilities
from skmultilabel_nn.model_selection import TunedThresholdsClassifierCV, train_test_split

BASELINES = TEXT_BASELINES | IMAGE_BASELINES
TEXTS = ("tmdb_genres", "goemotions", "made_600_texts", "made_5000_texts")
RULES = ("f1_micro", "f1_macro")
SHOWN = {  # measure: heading
    "LRAP": "LRAP",
    "macro AUC": "macro AUC",
    "macro AP": "macro AP",
    "log loss": "log loss",
    "micro F1": "micro F1 at 0.5",
    "macro F1": "macro at 0.5",
    "samples F1": "samples at 0.5",
    "subset accuracy": "subset accuracy",
    "f1_micro tuned: micro F1": "micro F1, tuned",
    "f1_macro tuned: macro F1": "macro F1, tuned",
    "f1_micro tuned: samples F1": "samples F1, tuned",
    "fit, s": "fit, s",
    "fit, processor s": "fit, processor s",
    "predict, s": "predict, s",
}
NO_PROBABILITIES = "linear SVMs"
QUICK_BASELINES = (THIS_PACKAGE, "this package, EmbeddingBag", "logistic regressions, C=10")
QUICK_BASELINES += ("linear SVMs, C=0.1", "this package, ConvNet", "Keras, ConvNet")
QUICK_BASELINES += ("Keras, tutorial network",)


def accepts(dataset, baseline):
    """Return whether a baseline is for texts or images as the data set is."""
    return baseline in (TEXT_BASELINES if dataset in TEXTS else IMAGE_BASELINES)


def jobs(options):
    """Return the baselines of texts on texts, those of images on images."""
    return jobs_of_datasets(BASELINES, options, accepts)


def load_parts(name, folder):
    """Return training, validation and test rows, each as ``(X, Y)``."""
    X, Y, training, test, validation = load(name, folder)
    if validation is None:
        training, validation = train_test_split(
            training, test_size=0.2, stratify=Y[training], random_state=0
        )
    return [(X[rows], Y[rows]) for rows in (training, validation, test)]


def measure(job, options):
    """Yield the measures of one training, then those of the thresholds tuned for it."""
    if job["baseline"].startswith((THIS_PACKAGE, "Keras")):
        import keras  # noqa: F401  (times are without imports)

    training, validation, (X, Y) = load_parts(job["dataset"], options.data_folder)
    classifier = BASELINES[job["baseline"]].make(job["seed"])
    measures, P = fit_and_predict(
        classifier, *training, X, lambda rows: np.asarray(classifier.predict_proba(rows), float)
    )
    yield measures
    scores = score_probabilities(Y, P)
    if job["baseline"].startswith(NO_PROBABILITIES):
        del scores["log loss"]
    yield scores
    yield score_decisions(Y, P >= 0.5)
    for name in RULES:
        tuned = TunedThresholdsClassifierCV(classifier, name, cv="prefit", refit=False)
        predicted = tuned.fit(*validation).rule_.decide(P)
        yield score_decisions(Y, predicted, prefix=f"{name} tuned: ")


def report(results, options):
    """Return a table for each set, means over seeds."""
    lines = header(
        "Texts and images",
        results,
        f"Seeds: {len({row['seed'] for row in results.rows})}; log loss is per cell.",
        "With other work on the machine at the same time, compare processor seconds.",
        "Linear SVMs have no probabilities, and so no log loss.",
    )
    for name in dict.fromkeys(row["dataset"] for row in results.rows):
        rows = select(results.rows, dataset=name)
        names = in_order((row["baseline"] for row in rows), BASELINES)
        cells = [[n, *_cells(select(rows, baseline=n))] for n in names]
        lines += [f"## {name}", "", *table(["", *SHOWN.values()], cells), ""]
    return "\n".join(lines)


def _cells(rows):
    for measure_name in SHOWN:
        value = mean(rows, measure_name)
        digits = 1 if measure_name.endswith(" s") else 4
        yield "" if value is None else f"{value:.{digits}f}"


BENCHMARK = Benchmark(
    name="text_images",
    keys=("dataset", "baseline", "seed"),
    baselines=BASELINES,
    quick_baselines=QUICK_BASELINES,
    datasets=("tmdb_genres", "goemotions", "fashion_images"),
    public_datasets=("made_5000_texts", "digit_images"),
    quick_datasets=("made_600_texts", "300_digit_images"),
    jobs=jobs,
    measure=measure,
    report=report,
    n_seeds=1,
)
