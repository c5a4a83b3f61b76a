# SPDX-License-Identifier: MIT
"""The EC2 calls of the AWS test server.

Wire names and limits as in EC2's API reference, version 2016-11-15:
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Operations.html
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable

from tests.servers.aws_data import AwsData, Image, Region, Zone
from tests.servers.aws_wire import (
    AwsError,
    Call,
    ec2_reply,
    filters,
    members,
    page,
    page_size,
    passes,
    xml_element,
)
from tests.servers.http_wire import Reply


class Ec2:
    """EC2 with the given data."""

    def __init__(self, data: AwsData) -> None:
        self._data = data
        self._offered: dict[str, list[str]] = {}
        self._type_items: dict[str, str] = {}
        self._actions: dict[str, Callable[[Call], Reply]] = {
            "DescribeRegions": self._regions,
            "DescribeAvailabilityZones": self._zones,
            "DescribeInstanceTypes": self._instance_types,
            "DescribeInstanceTypeOfferings": self._offerings,
            "DescribeImages": self._images,
        }

    def answer(self, call: Call) -> Reply:
        """The reply to a call into a region that the account may use."""
        action = self._actions.get(call.action)
        if action is None:
            raise AwsError("InvalidAction", f"The action {call.action} is not valid for this web service.")
        return action(call)

    def _regions(self, call: Call) -> Reply:
        every = call.form.get("AllRegions") == "true"
        asked, wanted = members(call.form, "RegionName"), filters(call.form)
        unknown = [name for name in asked if self._data.region(name) is None]
        if unknown:
            raise AwsError("InvalidParameterValue", f"Invalid region(s): {', '.join(unknown)}")
        found = []
        for region in self._data.regions:
            if (every or region.usable) and (not asked or region.name in asked):
                fields = _region_fields(region)
                known = {
                    "region-name": region.name,
                    "opt-in-status": region.opt_in,
                    "endpoint": fields["RegionEndpoint"],
                }
                if passes(wanted, known):
                    found.append(xml_element("item", fields))
        return ec2_reply(call.action, "regionInfo", found)

    def _zones(self, call: Call) -> Reply:
        region = self._data.region(call.region)
        wanted = filters(call.form)
        found = []
        for number, zone in enumerate(self._data.zones_of(call.region), 1):
            fields = _zone_fields(zone, number, region.long_name if region else "")
            known = {
                "region-name": zone.region,
                "zone-name": zone.name,
                "zone-id": zone.zone_id,
                "zone-type": fields["ZoneType"],
                "state": fields["ZoneState"],
                "opt-in-status": fields["OptInStatus"],
                "group-name": fields["GroupName"],
            }
            if passes(wanted, known):
                found.append(xml_element("item", fields))
        return ec2_reply(call.action, "availabilityZoneInfo", found)

    def _instance_types(self, call: Call) -> Reply:
        asked = members(call.form, "InstanceType")
        size = call.form.get("MaxResults")
        names = self._offered_in(call.region)
        if asked:
            if size is not None:
                raise AwsError(
                    "InvalidParameterCombination",
                    "The parameter instanceTypes cannot be used with the parameter maxResults",
                )
            if len(asked) > 100:
                raise AwsError("InvalidParameterValue", "At most 100 instance types can be named")
            unknown = sorted(set(asked) - set(names))
            if unknown:
                message = f"The following supplied instance types do not exist: [{', '.join(unknown)}]"
                raise AwsError("InvalidInstanceType", message)
            names = [name for name in names if name in asked]
        wanted = filters(call.form)
        if wanted:
            names = [name for name in names if passes(wanted, self._type_filters(name))]
        shown, token = page(names, call.form.get("NextToken"), page_size(size, 100, 100, 5))
        return ec2_reply(call.action, "instanceTypeSet", map(self._type_item, shown), token)

    def _type_filters(self, name: str) -> dict[str, str | list[str]]:
        document = self._data.types[name]
        return {
            "instance-type": name,
            "current-generation": str(document.get("CurrentGeneration", "")).lower(),
            "bare-metal": str(document.get("BareMetal", "")).lower(),
            "processor-info.supported-architecture": document["ProcessorInfo"]["SupportedArchitectures"],
            "supported-usage-class": document["SupportedUsageClasses"],
            "supported-virtualization-type": document["SupportedVirtualizationTypes"],
        }

    def _type_item(self, name: str) -> str:
        item = self._type_items.get(name)
        if item is None:
            item = self._type_items[name] = xml_element("item", self._data.types[name])
        return item

    def _offerings(self, call: Call) -> Reply:
        kind = call.form.get("LocationType", "region")
        wanted = filters(call.form)
        rows = [
            (name, location)
            for location, names in self._locations(kind, call.region)
            for name in names
            if not wanted or passes(wanted, {"instance-type": name, "location": location})
        ]
        size = page_size(call.form.get("MaxResults"), 1000, 1000, 5)
        shown, token = page(rows, call.form.get("NextToken"), size)
        items = (
            f"<item><instanceType>{name}</instanceType><locationType>{kind}</locationType>"
            f"<location>{location}</location></item>"
            for name, location in shown
        )
        return ec2_reply(call.action, "instanceTypeOfferingSet", items, token)

    def _locations(self, kind: str, region: str) -> list[tuple[str, list[str]]]:
        """[(location, instance types offered there)] for a kind of location."""
        offered = self._offered_in(region)
        if kind == "region":
            return [(region, offered)]
        if kind not in ("availability-zone", "availability-zone-id"):
            raise AwsError("InvalidParameterValue", f"Invalid location type: {kind}")
        found = []
        for zone in self._data.zones_of(region):
            here = self._data.offerings.get(zone.name, frozenset())
            label = zone.name if kind == "availability-zone" else zone.zone_id
            found.append((label, [name for name in offered if name in here]))
        return found

    def _images(self, call: Call) -> Reply:
        form = call.form
        owners, ids, wanted = members(form, "Owner"), members(form, "ImageId"), filters(form)
        deprecated_too = form.get("IncludeDeprecated") == "true"
        now = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime())
        found = [
            image
            for image in self._data.images
            if (not owners or image.owner_id in owners or image.owner_alias in owners)
            and (deprecated_too or not image.deprecation or image.deprecation > now)
            and (not ids or image_id(image, call.region) in ids)
            and passes(wanted, _image_filters(image, call.region))
        ]
        size = form.get("MaxResults")
        length = page_size(size, max(len(found), 1), 1000) if size else max(len(found), 1)
        shown, token = page(found, form.get("NextToken"), length)
        stated = bool(self._data.fees)
        fields = ({**_image_fields(i, call.region), **(_billing(i.name) if stated else {})} for i in shown)
        return ec2_reply(call.action, "imagesSet", (xml_element("item", one) for one in fields), token)

    def _offered_in(self, region: str) -> list[str]:
        names = self._offered.get(region)
        if names is None:
            names = [name for name in self._data.offered(region) if name in self._data.types]
            self._offered[region] = names
        return names


def image_id(image: Image, region: str) -> str:
    """The recorded id of an image in a region, or one derived from its name."""
    digest = hashlib.sha256(f"{region}/{image.owner_id}/{image.name}".encode()).hexdigest()
    return image.ids.get(region) or f"ami-0{digest[:16]}"


def _region_fields(region: Region) -> dict[str, str]:
    return {
        "OptInStatus": region.opt_in,
        "RegionName": region.name,
        "RegionEndpoint": f"ec2.{region.name}.amazonaws.com",
    }


def _zone_fields(zone: Zone, number: int, long_name: str) -> dict[str, str]:
    return {
        "OptInStatus": "opt-in-not-required",
        "RegionName": zone.region,
        "ZoneId": zone.zone_id,
        "ZoneName": zone.name,
        "ZoneState": zone.state,
        "ZoneType": "availability-zone",
        "GroupName": f"{zone.region}-zg-1",
        "GroupLongName": f"{long_name} 1",
        "NetworkBorderGroup": zone.region,
    }


def _image_fields(image: Image, region: str) -> dict[str, object]:
    return {
        "ImageId": image_id(image, region),
        "ImageLocation": f"{image.owner_alias or image.owner_id}/{image.name}",
        "ImageState": image.state,
        "ImageOwnerId": image.owner_id,
        "CreationDate": image.created,
        "IsPublic": True,
        "Architecture": image.architecture,
        "ImageType": "machine",
        "ImageOwnerAlias": image.owner_alias or None,
        "Name": image.name,
        "Description": image.description or None,
        "RootDeviceType": "ebs",
        "VirtualizationType": image.virtualization,
        "Hypervisor": "xen",
        "EnaSupport": image.virtualization == "hvm" or None,
        "BootMode": image.boot_mode or None,
        "DeprecationTime": image.deprecation or None,
        "PlatformDetails": "Linux/UNIX",
    }


def _billing(name: str) -> dict[str, object]:
    """What is billed for an image: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/billing-info-fields.html"""
    if name.startswith("RHEL-"):
        usage = "RunInstances:0010" if "Hourly2" in name else "RunInstances:00g0"
        return {"PlatformDetails": "Red Hat Enterprise Linux", "UsageOperation": usage}
    if name.startswith("suse-") and "byos" not in name:
        return {"PlatformDetails": "SUSE Linux", "UsageOperation": "RunInstances:000g"}
    return {"PlatformDetails": "Linux/UNIX", "UsageOperation": "RunInstances"}


def _image_filters(image: Image, region: str) -> dict[str, str]:
    return {
        "name": image.name,
        "architecture": image.architecture,
        "state": image.state,
        "image-id": image_id(image, region),
        "owner-id": image.owner_id,
        "owner-alias": image.owner_alias,
        "is-public": "true",
        "image-type": "machine",
        "virtualization-type": image.virtualization,
        "root-device-type": "ebs",
        "hypervisor": "xen",
        "creation-date": image.created,
        "description": image.description,
    }
