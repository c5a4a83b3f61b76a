# SPDX-License-Identifier: MIT
"""Schemas read out of provider bindings, old and new, and what those of the project have to hold."""

from __future__ import annotations

import io
import json
import tarfile
from pathlib import Path
from typing import Any

import pytest

from tests.support import terraform_schema, terraform_stub

_ABOUT = json.dumps(
    {
        "name": "@example/provider-demo",
        "version": "1.2.3",
        "cdktf": {"provider": {"name": "registry.terraform.io/example/demo", "version": "4.5.6"}},
    }
)
#: What a generated module looks like, cut down. Today's bindings keep the comments at each member; in the
#: older ones those of members that can be set are lost.
_NEW = """\
function diskOptionsToHclTerraform(struct) {
    const attrs = {
        iops: {
            value: cdktn.numberToHclTerraform(struct.iops),
            isBlock: false,
            type: "simple",
            storageClassType: "number",
        },
    };
}
class DiskOptionsOutputReference extends cdktn.ComplexObject {
    // iops - computed: true, optional: true, required: false
    _iops;
    get iops() {
        return this.getNumberAttribute('iops');
    }
}
class Disk extends cdktn.TerraformResource {
    // id - computed: true, optional: false, required: false
    get id() {
        return this.getStringAttribute('id');
    }
    // labels - computed: true, optional: false, required: false
    _labels = new cdktn.StringMap(this, "labels");
    // zone_names - computed: false, optional: false, required: true
    _zoneNames;
    get zoneNames() {
        return cdktn.Fn.tolist(this.getListAttribute('zone_names'));
    }
    // options - computed: false, optional: true, required: false
    _options = new DiskOptionsOutputReference(this, "options");
    synthesizeHclAttributes() {
        const attrs = {
            zone_names: {
                value: cdktn.listMapperHcl(cdktn.stringToHclTerraform, false)(this._zoneNames),
                isBlock: false,
                type: "set",
                storageClassType: "stringList",
            },
            options: {
                value: diskOptionsToHclTerraform(this._options.internalValue),
                isBlock: true,
                type: "list",
                storageClassType: "DiskOptionsList",
            },
        };
    }
}
"""
_OLD = "\n".join(
    line
    for line in _NEW.replace("cdktn", "cdktf").splitlines()
    if "// zone_names" not in line and "// options" not in line and "// iops" not in line
)
_TYPES = """\
export interface DiskConfig extends cdktn.TerraformMetaArguments {
    readonly zoneNames: string[];
    readonly options?: DiskOptions;
}
export interface DiskOptions {
    readonly iops?: number;
}
"""
_PROVIDER = "class DemoProvider extends cdktn.TerraformProvider {\n}\n"


def package(folder: Path, code: str) -> Path:
    """An npm tarball with one resource."""
    files = {
        "package.json": _ABOUT,
        "lib/provider/index.js": _PROVIDER,
        "lib/provider/index.d.ts": "",
        "lib/disk/index.js": code,
        "lib/disk/index.d.ts": _TYPES,
    }
    path = folder / "package.tgz"
    with tarfile.open(path, "w:gz") as archive:
        for name, text in files.items():
            member = tarfile.TarInfo(f"package/{name}")
            member.size = len(text.encode())
            archive.addfile(member, io.BytesIO(text.encode()))
    return path


@pytest.mark.parametrize("code, iops", [(_NEW, "computed optional"), (_OLD, "optional")], ids=["new", "old"])
def test_what_a_resource_takes(code: str, iops: str, tmp_path: Path) -> None:
    target = tmp_path / "demo.json"
    assert terraform_schema.main([str(package(tmp_path, code)), str(target), "demo_disk"]) == 0
    made = json.loads(target.read_text(encoding="utf-8"))
    assert (made["address"], made["version"]) == ("registry.terraform.io/example/demo", "4.5.6")
    assert made["source"] == "@example/provider-demo@1.2.3" and made["names"] == ["demo_disk"]
    assert made["resources"]["demo_disk"] == {
        "attributes": {
            "id": ["computed", "string"],
            "labels": ["computed", ["map", "string"]],
            "zone_names": ["required", ["set", "string"]],
        },
        "blocks": {
            "options": {
                "nesting": "list",
                "min": 0,
                "max": 1,
                "attributes": {"iops": [iops, "number"]},
                "blocks": {},
            }
        },
    }


def test_made_anew_for_the_names_of_the_file(tmp_path: Path) -> None:
    target, tarball = tmp_path / "demo.json", str(package(tmp_path, _OLD))
    terraform_schema.main([tarball, str(target), "demo_disk", "computed.demo_disk.options.iops"])
    first = target.read_text(encoding="utf-8")
    assert json.loads(first)["resources"]["demo_disk"]["blocks"]["options"]["attributes"]["iops"][0] == (
        "computed optional"
    )
    terraform_schema.main([tarball, str(target)])
    assert target.read_text(encoding="utf-8") == first


def test_a_resource_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(KeyError, match="lib/disc/index"):
        terraform_schema.extract(package(tmp_path, _NEW), ["demo_disc"])


def _blocks(block: dict[str, Any]) -> list[dict[str, Any]]:
    return [block, *(inner for nested in block["blocks"].values() for inner in _blocks(nested))]


_SCHEMAS = sorted({*terraform_stub.SCHEMAS.glob("*.json")} - {terraform_stub.SCHEMAS / "force_new.json"})


@pytest.mark.parametrize("path", _SCHEMAS, ids=lambda p: p.stem)
def test_the_schemas_of_the_project(path: Path) -> None:
    """Every attribute can be set or is computed, and no resource came out empty."""
    schema = json.loads(path.read_text(encoding="utf-8"))
    made = [*schema["resources"].values(), *schema["data"].values()]
    assert made and all(len(block["attributes"]) > 1 for block in made)
    flags = {flag for block in made for inner in _blocks(block) for flag, _ in inner["attributes"].values()}
    assert flags <= {"computed", "optional", "required", "computed optional"}
