"""Attribute sets, attributes, configs and values, written as O§7.4 has it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.omnitron.conftest import Office

pytestmark = pytest.mark.requirement("R5.2", "R5.3")


def made(office: Office) -> dict[str, Any]:
    """A set for a new node with one attribute, its config and one value."""
    channel = {"channel": office.world.channel_id}
    node = office.post("category_nodes/", {"node": 1, "name": "Oyuncak"})
    one = office.post("attribute_sets/", {"name": "Oyuncak", "remote_id": "777", **channel})
    office.post(
        "attribute_set_configs/",
        {"attribute_set": one["pk"], "object_id": node["pk"], "content_type": "categorynode"},
    )
    attribute = office.post("attributes/", {"name": "Yaş Grubu", **channel})
    config = office.post(
        "attribute_configs/",
        {"attribute_set": one["pk"], "attribute": attribute["pk"],
         "attribute_remote_id": "00000AB", "is_required": True},
    )  # fmt: skip
    value = office.post(
        "attribute_values/",
        {"attribute": attribute["pk"], "label": "3+ Yaş", "value": "v1", **channel},
    )
    return {"set": one, "node": node, "attribute": attribute, "config": config, "value": value}


def test_a_set_with_its_config_attribute_and_value(office: Office) -> None:
    found = made(office)
    number = found["set"]["pk"]
    (detailed,) = office.rows("attribute_configs/detailed/", attribute_set=number)
    assert detailed["attribute"]["name"] == "Yaş Grubu"
    assert detailed["attribute_set"]["name"] == "Oyuncak"
    assert (detailed["is_required"], detailed["is_custom"]) == (True, False)
    assert office.rows("attribute_sets/", remote_id__exact="777")[0]["pk"] == number
    (config,) = office.rows(
        "attribute_set_configs/", attribute_set=number, content_type__model__exact="categorynode"
    )
    assert config["object_id"] == found["node"]["pk"]
    changed = office.patch(f"attribute_configs/{found['config']['pk']}/", {"is_required": False})
    assert changed["is_required"] is False
    values = office.rows("attribute_values/", attribute=found["attribute"]["pk"])
    assert [(row["label"], row["value"]) for row in values] == [("3+ Yaş", "v1")]


@pytest.mark.parametrize(
    ("resource", "body"),
    [
        ("attribute_sets/", {"name": "Anders", "remote_id": "777"}),
        ("attributes/", {"name": "Yaş Grubu"}),
        ("attribute_values/", {"attribute": "attribute", "label": "x", "value": "v1"}),
        (
            "attribute_configs/",
            {"attribute_set": "set", "attribute": "attribute", "attribute_remote_id": "x"},
        ),
        (
            "attribute_set_configs/",
            {"attribute_set": "set", "object_id": "node", "content_type": "categorynode"},
        ),
    ],
)
def test_a_second_of_the_same_is_refused(
    office: Office, resource: str, body: dict[str, Any]
) -> None:
    found = made(office)
    filled = {key: found[v]["pk"] if v in found else v for key, v in body.items()}
    answer = office.send("POST", resource, {**filled, "channel": office.world.channel_id})
    assert answer.status_code == 406, answer.text


def test_a_set_without_an_object_is_the_whole_channels(office: Office) -> None:
    channel = {"channel": office.world.channel_id}
    one = office.post("attribute_sets/", {"name": "Default", "remote_id": "default", **channel})
    config = office.post(
        "attribute_set_configs/",
        {"attribute_set": one["pk"], "object_id": None, "content_type": "categorynode"},
    )
    assert config["object_id"] is None
    office.post(
        "attribute_configs/",
        {"attribute_set": one["pk"], "attribute": 306, "attribute_remote_id": "kg"},
    )
    colour = office.post("attributes/", {"name": "KDV", **channel})
    office.post(
        "attribute_configs/",
        {"attribute_set": one["pk"], "attribute": colour["pk"],
         "attribute_remote_id": "tax_vat_rate"},
    )  # fmt: skip
    product = office.rows("products/", limit=1)[0]["pk"]
    mapped = office.get(f"mapped_products/{product}/")
    remote_ids = [v["attribute_remote_id"] for v in mapped["mapped_attribute_values"].values()]
    assert "tax_vat_rate" in remote_ids
    assert remote_ids.count("kg") == 1


def test_what_does_not_exist_or_fit_is_named(office: Office) -> None:
    channel = {"channel": office.world.channel_id}
    body = {"attribute": 99999, "label": "x", "value": "v", **channel}
    assert "attribute" in office.send("POST", "attribute_values/", body).json()
    elsewhere = office.send("POST", "attributes/", {"name": "x", "channel": 1})
    assert "channel" in elsewhere.json()
    wrong = {"attribute_set": 100, "object_id": 1, "content_type": "product"}
    assert office.send("POST", "attribute_set_configs/", wrong).status_code == 400
