"""What notebooks show of estimators leads to no page that does not exist."""

import importlib
import inspect
import re

import pytest
from sklearn.base import BaseEstimator
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils import estimator_html_repr

from skmultilabel_nn import KerasMultiLabelClassifier
from skmultilabel_nn.calibration import MultilabelCalibratedClassifierCV

PACKAGES = ["", ".calibration", ".decision", ".metrics", ".model_selection", ".networks"]
REQUIRED = {"estimator": KerasMultiLabelClassifier(), "metric": "f1_macro"}


def public_estimators():
    """Make one object of each public class that has scikit-learn's HTML representation."""
    for package in PACKAGES:
        module = importlib.import_module(f"skmultilabel_nn{package}")
        for name in module.__all__:
            cls = getattr(module, name)
            if inspect.isclass(cls) and issubclass(cls, BaseEstimator):
                parameters = inspect.signature(cls).parameters.values()
                required = [p.name for p in parameters if p.default is p.empty]
                yield cls(**{key: REQUIRED[key] for key in required})


def links(html):
    return re.findall(r'href="([^"]*)"', html)


@pytest.mark.parametrize("estimator", list(public_estimators()), ids=lambda e: type(e).__name__)
def test_there_is_no_link_without_a_documentation_site(estimator):
    html = estimator_html_repr(estimator)
    assert type(estimator).__name__ in html
    assert links(html) == []


def test_links_of_other_packages_stay():
    own = MultilabelCalibratedClassifierCV(KerasMultiLabelClassifier())
    html = estimator_html_repr(make_pipeline(StandardScaler(), own))
    found = [link.partition("/modules/generated/")[2] for link in links(html)]
    assert any(link.startswith("sklearn.preprocessing.StandardScaler.html") for link in found)
    assert all(link.startswith("sklearn.") for link in found)


def test_the_text_names_the_estimator():
    assert repr(KerasMultiLabelClassifier()) == "KerasMultiLabelClassifier()"
