"""Gradient-boosted trees as bytes: a skops file (zip of JSON and .npy), opened only if every type in it is listed."""

import io
import json
import warnings
import zipfile
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

#: All that a file may name. skops alone would open any estimator of scikit-learn. A list kept by hand: to ask the
#: file what to trust is to trust the file.
TRUSTED_TYPES = (
    "builtins.dict",
    "builtins.list",
    "builtins.str",
    "builtins.tuple",
    "numpy.ndarray",
    "numpy.random._generator.Generator",
    "numpy.uint64",
    "sklearn._loss._loss.CyHalfSquaredError",
    "sklearn._loss.link.IdentityLink",
    "sklearn._loss.link.Interval",
    "sklearn._loss.loss.HalfSquaredError",
    "sklearn.ensemble._hist_gradient_boosting.binning._BinMapper",
    "sklearn.ensemble._hist_gradient_boosting.gradient_boosting.HistGradientBoostingRegressor",
    "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",
)
SCHEMA = "schema.json"


def written(model: Any) -> NDArray[np.uint8]:
    """Return the model's file, uint8 [bytes]: equal for equal models, fitted with as many threads.

    skops names objects by where they were in memory and stamps the time; here they are counted, and time stands still.
    """
    import skops.io  # noqa: PLC0415  # takes seconds, and a server with the network only has no use for it

    with zipfile.ZipFile(io.BytesIO(skops.io.dumps(model))) as given:
        schema = json.loads(given.read(SCHEMA))
        numbers: dict[int, int] = {}
        for node in _nodes(schema):
            if "__id__" in node:
                node["__id__"] = numbers.setdefault(node["__id__"], len(numbers))
        files = {f"{old}.npy": f"{new}.npy" for old, new in numbers.items()}
        for node in _nodes(schema):
            if "file" in node:
                node["file"] = files[node["file"]]
        contents = {files[name]: given.read(name) for name in given.namelist() if name != SCHEMA}
    contents[SCHEMA] = json.dumps(schema).encode()
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        for name in sorted(contents):
            packed.writestr(zipfile.ZipInfo(name), contents[name], zipfile.ZIP_DEFLATED)
    return np.frombuffer(file.getvalue(), np.uint8)


def opened(file: NDArray[np.uint8]) -> Any:
    """Return the `HistGradientBoostingRegressor` of a file.

    Errors: `ValueError` if it is damaged, names a type that is not in `TRUSTED_TYPES`, holds another object than this
    regressor, or was written by another version of scikit-learn, whose trees may mean something else.
    """
    import skops.io  # noqa: PLC0415  # see above
    from sklearn.ensemble import HistGradientBoostingRegressor  # noqa: PLC0415
    from sklearn.exceptions import InconsistentVersionWarning  # noqa: PLC0415

    content = file.tobytes()
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as given:
            nodes = _nodes(json.loads(given.read(SCHEMA)))
            named = {f"{node['__module__']}.{node['__class__']}" for node in nodes if "__class__" in node}
        if strange := sorted(named - set(TRUSTED_TYPES)):
            raise ValueError(f"it names types that are not trusted: {', '.join(strange)}")  # noqa: TRY301
        with warnings.catch_warnings():
            warnings.simplefilter("error", InconsistentVersionWarning)
            model = skops.io.loads(content, trusted=list(TRUSTED_TYPES))
    except Exception as error:  # damage may show anywhere: in the zip, the JSON, an array, an attribute
        raise ValueError(f"the array 'skops' cannot be opened: {error}") from error
    if type(model) is not HistGradientBoostingRegressor:
        raise ValueError(f"the array 'skops' holds a {type(model).__name__}, not a HistGradientBoostingRegressor")
    return model


def _nodes(schema: Any) -> Iterator[dict[str, Any]]:
    """Yield every object of a JSON document, an outer one before those in it."""
    if isinstance(schema, dict):
        yield schema
        for value in schema.values():
            yield from _nodes(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from _nodes(value)
