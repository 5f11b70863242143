"""The import contracts of pyproject.toml hold for every module, not only for those listed once."""

from __future__ import annotations

import re
import tomllib

from clinic import env


def test_a_new_module_of_the_house_can_not_slip_past_the_import_contract() -> None:
    project = tomllib.loads((env.ROOT / "pyproject.toml").read_text())
    contracts = {one["id"]: one for one in project["tool"]["importlinter"]["contracts"]}
    layers = contracts["apps"]["layers"]
    listed = set(re.findall(r"clinic\.(\w+)", " ".join([layers[0], layers[-1]])))
    there = {
        path.stem
        for path in (env.ROOT / "clinic").iterdir()
        if path.name not in {"__init__.py", "__pycache__"}
    }
    assert there <= listed, f"not in the contract: {sorted(there - listed)}"
