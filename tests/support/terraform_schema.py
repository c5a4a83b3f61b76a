# SPDX-License-Identifier: MIT
"""Schemas of terraform providers, and how they are read out of the providers' published bindings.

    npm pack @cdktn/provider-aws@25.7.0
    python3 -m tests.support.terraform_schema PACKAGE.tgz tests/terraform/schemas/aws.json [NAME...]

A provider's binary takes hundreds of MB and a registry. The npm packages of its bindings (CDK Terrain's
@cdktn/provider-aws, CDKTF's @cdktf/provider-google) are made from the same schema and say, in code of one
form, what each resource takes. What is named is kept; without names, what the file names already:

    aws_instance, data.aws_ami      a resource, a data source
    provider.region                 a setting of the provider itself, or that it takes a block
    computed.TYPE.BLOCK.ATTRIBUTE   an optional attribute is computed too, which older bindings do not say

The files in tests/terraform/schemas have this shape, a BLOCK being attributes and nested blocks:

    {"address": "registry.terraform.io/hashicorp/aws", "version": "6.66.0",
     "source": "@cdktn/provider-aws@25.7.0", "names": ["aws_instance", "data.aws_ami"],
     "config": BLOCK, "resources": {"aws_instance": BLOCK}, "data": {"aws_ami": BLOCK}}
    BLOCK = {"attributes": {"ami": ["computed optional", "string"]},
             "blocks": {"cpu_options": {"nesting": "list", "min": 0, "max": 1, ...BLOCK}}}

Types are terraform's own JSON: "string", ["set", "string"], ["list", ["object", {...}]].
"""

from __future__ import annotations

import json
import re
import sys
import tarfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

Block = dict[str, Any]

#: The endings of a generated module: its JavaScript, and the declarations of its types.
_CODE = (".js", ".d.ts")
_SIMPLE = {"string": "string", "number": "number", "boolean": "bool"}
_MEMBER = re.compile(
    r"^ +// (\w+) - computed: (true|false), optional: (true|false), required: (true|false)\n", re.M
)
_WRITTEN = re.compile(
    r"^ +(\w+): \{\n +value: .*,\n +isBlock: (true|false),\n"
    r" +type: \"(\w+)\",\n +storageClassType: \"(\w+)\"",
    re.M,
)


def main(argv: Sequence[str]) -> int:
    """Write one provider's schema file."""
    package, target, *names = argv
    names = names or json.loads(Path(target).read_text(encoding="utf-8"))["names"]
    Path(target).write_text(dump(extract(Path(package), names)), encoding="utf-8")
    return 0


def extract(package: Path, names: Sequence[str]) -> dict[str, Any]:
    """The schema of one provider, from an npm tarball; KeyError names what the package lacks."""
    settings = [name[9:] for name in names if name.startswith("provider.")]
    types = [name for name in names if not name.startswith(("provider.", "computed."))]
    files = {
        f"package/lib/{_folder(name)}/index{ending}" for name in ("provider", *types) for ending in _CODE
    }
    texts = _members(package, {"package/package.json", *files})
    about = json.loads(texts["package/package.json"])

    def block(name: str) -> Block:
        return _Bindings(*(texts[f"package/lib/{_folder(name)}/index{ending}"] for ending in _CODE)).block()

    config = block("provider")
    schema = {
        "address": about["cdktf"]["provider"]["name"],
        "version": about["cdktf"]["provider"]["version"],
        "source": f"{about['name']}@{about['version']}",
        "names": list(names),
        "config": {
            "attributes": {n: v for n, v in config["attributes"].items() if n in settings},
            "blocks": {
                n: {**v, "attributes": {}, "blocks": {}} for n, v in config["blocks"].items() if n in settings
            },
        },
        "resources": {name: block(name) for name in types if not name.startswith("data.")},
        "data": {name[5:]: block(name) for name in types if name.startswith("data.")},
    }
    for name in names:
        if name.startswith("computed."):
            resource, *path, attribute = name.split(".")[1:]
            where = schema["resources"][resource]
            for step in path:
                where = where["blocks"][step]
            where["attributes"][attribute][0] = "computed optional"
    return schema


def dump(schema: dict[str, Any]) -> str:
    """A schema as JSON, an attribute a line."""
    text = json.dumps(schema, indent=1, sort_keys=True)
    short = re.compile(r"\[\s+\"(?:[^\[\]{}]|\[[^\[\]]*\])*\]")
    return short.sub(lambda found: json.dumps(json.loads(found[0])), text) + "\n"


def _folder(name: str) -> str:
    """aws_key_pair -> key-pair, data.aws_ami -> data-aws-ami, provider -> provider."""
    if name == "provider":
        return name
    if name.startswith("data."):
        return name.replace(".", "-").replace("_", "-")
    return name.partition("_")[2].replace("_", "-")


def _members(package: Path, names: set[str]) -> dict[str, str]:
    found = {}
    with tarfile.open(package, "r|gz") as archive:
        for member in archive:
            file = archive.extractfile(member) if member.name in names else None
            if file is not None:
                found[member.name] = file.read().decode("utf-8")
    return found


class _Bindings:
    """One generated module: a class for the resource, and a class for each nested object of it.

    `code` is the JavaScript, `types` the TypeScript declarations beside it.
    """

    def __init__(self, code: str, types: str) -> None:
        self._code = code
        self._types = types

    def block(self) -> Block:
        """What the resource, data source or provider itself takes."""
        start = r"class (?:\w+) extends cdkt[fn]\.Terraform(?:Resource|DataSource|Provider) \{"
        body = self._body(self._code, start)
        return self._block(body, body, r"export interface \w+Config extends [\w.]+ \{")

    @staticmethod
    def _body(text: str, start: str) -> str:
        found = re.search(rf"^{start}\n(.*?)^\}}", text, re.M | re.S)
        return found[1] if found else ""

    def _nested(self, name: str) -> Block:
        """The block of a nested object; it is written by a function of its own."""
        body = self._body(self._code, rf"class {name}OutputReference extends cdkt[fn]\.ComplexObject \{{")
        writer = self._body(self._code, rf"function {name[0].lower()}{name[1:]}ToHclTerraform\(struct\) \{{")
        return self._block(body, writer, rf"export interface {name} \{{")

    def _block(self, body: str, writer: str, interface: str) -> Block:
        """`body` says what there is, as it is read; `writer` how it is written; `interface` what must be."""
        written = {name: rest for name, *rest in _WRITTEN.findall(writer)}
        needed = re.findall(r"readonly (\w+): ", self._body(self._types, interface))
        required = {name for name in written if name.replace("_", "") in {p.lower() for p in needed}}
        flags = {name: "required" if name in required else "optional" for name in written}
        for name, *given in _MEMBER.findall(body):
            flags[name] = " ".join(
                w for w, g in zip(("computed", "optional", "required"), given) if g == "true"
            )
        out: Block = {"attributes": {}, "blocks": {}}
        for name, flag in flags.items():
            is_block, nesting, kind = written.get(name, ("false", "", ""))
            made = re.search(rf"= new ([A-Z]\w+?)(List|OutputReference)\(this, \"{name}\"(, true)?", body)
            nested = made[1] if made else re.sub(r"List$", "", kind) if kind[:1].isupper() else ""
            if nested and is_block == "true" and "computed" not in flag:
                single = nesting == "struct"
                out["blocks"][name] = {
                    "nesting": "single" if single else nesting,
                    "min": int(flag == "required" and not single),
                    "max": int(not single and made is not None and made[2] == "OutputReference"),
                    **self._nested(nested),
                }
            elif nested:
                container = nesting or ("set" if made is not None and made[3] else "list")
                members = self._nested(nested)["attributes"]
                kinds: Any = ["object", {member: kind for member, (_, kind) in members.items()}]
                out["attributes"][name] = [flag, kinds if container == "struct" else [container, kinds]]
            else:
                out["attributes"][name] = [flag, _type(body, name, nesting, kind)]
        return out


def _type(body: str, name: str, nesting: str, kind: str) -> Any:
    """The type of an attribute, from how it is written or, where it is only read, from how it is read."""
    if nesting:
        element = _SIMPLE[re.sub(r"(List|Map|Set)$", "", kind)]
        return element if nesting == "simple" else [nesting, element]
    if found := re.search(rf"= new cdkt[fn]\.(String|Number|Boolean)Map\(this, \"{name}\"", body):
        return ["map", _SIMPLE[found[1].lower()]]
    found = re.search(rf"(tolist\()?this\.get([A-Z]\w+)Attribute\('{name}'\)", body)
    if found is None:
        raise ValueError(f"{name}: its type cannot be told")
    element, container = re.sub(r"(List|Map)$", "", found[2]) or "String", found[2][-4:]
    if container == "List":
        return ["set" if found[1] else "list", _SIMPLE[element.lower()]]
    return ["map", _SIMPLE[element.lower()]] if container.endswith("Map") else _SIMPLE[element.lower()]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
