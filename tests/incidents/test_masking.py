"""What is shown of a party before a reason is given."""

import pytest

from gridmap.incidents.masking import masked_address, masked_name, masked_phone


@pytest.mark.parametrize(
    ("name", "shown"), [("李敏", "李**"), ("欧阳文", "欧**"), ("李", "李**"), ("", "")]
)
def test_of_a_name_the_first_sign_stays(name: str, shown: str) -> None:
    assert masked_name(name) == shown


@pytest.mark.parametrize(
    ("phone", "shown"),
    [
        ("12000006620", "120****6620"),
        ("0937-0123-456", "093****3456"),
        ("120 0000 6620", "120****6620"),
        ("1234567", "*******"),
        ("", ""),
    ],
)
def test_of_a_number_too_few_digits_stay_to_dial_it(phone: str, shown: str) -> None:
    assert masked_phone(phone) == shown


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("紫轩花苑 7 号楼 2 单元 501", "紫轩花苑 7 号楼 2 单元 ***"),
        ("紫轩花苑 7 号楼 501", "紫轩花苑 7 号楼 ***"),
        ("新城村 3 组 12 号", "新城村 ***"),
        ("某处 501", "***"),
        ("", ""),
    ],
)
def test_an_address_ends_at_the_entrance_or_the_house(address: str, shown: str) -> None:
    assert masked_address(address) == shown
