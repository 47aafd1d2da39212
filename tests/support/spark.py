"""One Spark for all tests of a process: it takes seconds to start. Where it or Java is absent, tests skip or fail."""

import shutil
from functools import cache
from importlib.util import find_spec

from adapters.batch.spark_engine import SparkEngine
from tests.support.services import absent

#: For tables of some hundred rows: compile little, split nothing.
_SMALL = {
    "spark.sql.codegen.wholeStage": "false",
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
}


def spark_engine() -> SparkEngine:
    if find_spec("pyspark") is None:
        absent("PySpark: install the extra `spark`")
    if shutil.which("java") is None:
        absent("Java 17: install a runtime and put it on the path")
    return _started()


@cache
def _started() -> SparkEngine:
    return SparkEngine(memory="1g", shuffle=1, settings=_SMALL)
