"""Arguments that users of Keras expect at a method, and what has their place here."""

import functools

# Names of keras.Model.fit and keras.Model.predict, and the parameter of the constructor with the
# same meaning. None: there is none, since it is not needed.
_FIT = {
    "epochs": "epochs",
    "batch_size": "batch_size",
    "verbose": "verbose",
    "callbacks": "callbacks",
    "shuffle": "shuffle",
    "class_weight": "class_weight",
    "validation_split": "validation_fraction",
    "validation_batch_size": None,
    "validation_freq": None,
    "initial_epoch": None,
    "steps_per_epoch": None,
    "validation_steps": None,
}
_PREDICT = {"batch_size": None, "verbose": None, "steps": None, "callbacks": None}


def explain_keras_arguments(method):
    """Decorate `fit`, `partial_fit` or a method that predicts.

    The signature stays what it is; only the message of the TypeError that Python raises for an
    unexpected keyword says what to write instead.

    Parameters
    ----------
    method : function

    Returns
    -------
    function
    """
    parameters = _FIT if method.__name__.endswith("fit") else _PREDICT

    @functools.wraps(method)
    def explained(*arguments, **keywords):
        for name in keywords:
            if name in parameters:
                raise TypeError(_message(method.__name__, name, parameters[name]))
        return method(*arguments, **keywords)

    return explained


def _message(method, name, parameter):
    if parameter is None:
        return f"{method}() takes no {name}: leave it out, it is not needed here."
    return (
        f"{method}() takes no {name}: it is a parameter of the constructor here. Write "
        f"KerasMultiLabelClassifier({parameter}=...) or set_params({parameter}=...) before "
        f"{method}."
    )
