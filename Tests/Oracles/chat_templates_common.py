"""Shared by the chat_templates*.py oracles: transformers' own compilation of chat templates.

Needs: transformers, jinja2.
"""

import copy
import json
import pathlib
from datetime import datetime, timezone
from unittest import mock

import jinja2
import transformers
from transformers.utils import chat_template_utils as utils

FIXTURES = pathlib.Path(__file__).resolve().parent.parent / "ChatTemplatesTests" / "Fixtures"
NOW = datetime.fromtimestamp(1_700_000_000, tz=timezone.utc)  # what strftime_now tells in every fixture


class FixedDate(datetime):
    @classmethod
    def now(cls, tz=None):
        return NOW


def render(source, **variables):
    """(text, None) or (None, error kind: message)."""
    try:
        with mock.patch.object(utils, "datetime", FixedDate):
            template = utils._compile_jinja_template(source)
            # A copy: jinja2's `indent` extends a list it is given in place.
            return template.render(**copy.deepcopy(variables)), None
    except Exception as error:  # noqa: BLE001: every failure of jinja2 or Python is the expected answer
        return None, f"{type(error).__name__}: {error}"


def provenance(script):
    return {
        "script": f"Tests/Oracles/{script}",
        "transformers": transformers.__version__,
        "jinja2": jinja2.__version__,
    }


def write(name, value):
    path = FIXTURES / name
    path.write_text(json.dumps(value, ensure_ascii=False, indent=0) + "\n", encoding="utf-8")
    print(path.name, path.stat().st_size, "bytes")
