"""Files of keys as people save them (R7.5, R8.6)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hbdash.domain.csvkeys import MOST_BYTES, BadLine, FileUnusable, KeyLine, parse_keys

pytestmark = pytest.mark.requirement("R7.5.1", "R7.5.2", "R8.6")

TURKISH = "ŞAL-İPEK"


@pytest.mark.requirement("R7.5.1", "R7.5.2", "R8.6")
@pytest.mark.parametrize(
    ("data", "keys"),
    [
        (b"", ()),
        (b"\r\n\r\n", ()),
        (b"A-1\nA-2\n", ("A-1", "A-2")),
        (b"A-1\rA-2\r", ("A-1", "A-2")),
        (b"SKU\nA-1", ("A-1",)),
        ("Stok Kodu;Ürün\r\nA-1;Kolye\r\nA-2;Küpe".encode(), ("A-1", "A-2")),
        ("Ürün\tMerchant SKU\nKolye\tA-1\n".encode(), ("A-1",)),
        (b"sep=;\nSKU;Price\nA-1;12,90\n", ("A-1",)),
        (b'"A-1","says ""hi"""\n"A-2","x"\n', ("A-1", "A-2")),
        (b'SKU,Note\n"A-1","two\nlines"\nA-2,x\n', ("A-1", "A-2")),
        (b'="00123"\n="00456"\n', ("00123", "00456")),
        (b'SKU;N\n"=""00123""";1\n', ("00123",)),
        (b'A-1;"never closed\nA-2;x\nA-3;y\n', ("A-1", "A-2", "A-3")),
        ("\u200bA-1\u00a0\nA-2".encode(), ("A-1", "A-2")),
        (b"A,1\nA2\nA3\n", ("A,1", "A2", "A3")),
    ],
)
def test_what_people_save_is_read(data: bytes, keys: tuple[str, ...]) -> None:
    assert parse_keys(data).keys == keys


@pytest.mark.parametrize(
    ("encoding", "said"),
    [
        ("utf-8", "utf-8"), ("utf-8-sig", "utf-8"), ("cp1254", "cp1254"), ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16"), ("utf-16-be", "utf-16"), ("utf-32", "utf-32"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("delimiter", [";", "\t", ",", "|"])
def test_turkish_letters_survive_each_encoding(encoding: str, said: str, delimiter: str) -> None:
    text = f"Stok Kodu{delimiter}Açıklama\r\n{TURKISH}{delimiter}Gümüş\r\n"
    read = parse_keys(text.encode(encoding))
    assert (read.keys, read.encoding, read.delimiter) == ((TURKISH,), said, delimiter)
    assert read.header == ("Stok Kodu", "Açıklama")


def test_bytes_that_windows_does_not_know_are_latin_5() -> None:
    read = parse_keys(TURKISH.encode("iso-8859-9") + b"\nA\x8d1\n")
    assert read.encoding == "iso-8859-9"
    assert read.keys == (TURKISH,)
    assert [bad.reason for bad in read.bad] == ["unreadable"]


def test_each_line_that_can_not_be_used_is_named() -> None:
    data = f"Ürün;SKU\nx;A-1\ny;\nz;8,69E+12\nw;{'L' * 200}\nv;a -1\nu;A-2\n"
    read = parse_keys(data.encode())
    assert read.lines == (KeyLine(2, "A-1"), KeyLine(7, "A-2"))
    assert [(bad.line, bad.reason, bad.first) for bad in read.bad] == [
        (3, "empty_cell", 0), (4, "rounded", 0), (5, "too_long", 0), (6, "again", 2),
    ]  # fmt: skip
    assert read.bad[0] == BadLine(3, "y;", "empty_cell")
    assert read.column == 2


@pytest.mark.parametrize(
    ("data", "why"),
    [(b"PK\x03\x04\x00\x00\x08\x00\x11\x22\x00\x33" * 40, "file.binary"),
     (b"A" * (MOST_BYTES + 1), "file.large")],
)  # fmt: skip
def test_what_is_no_list_is_refused(data: bytes, why: str) -> None:
    with pytest.raises(FileUnusable) as refused:
        parse_keys(data)
    assert refused.value.id == why


_KEYS = st.lists(
    st.text("ABCXYZ0189-_.ÇĞİÖŞÜ", min_size=1, max_size=20), min_size=1, unique=True, max_size=40
)


@given(
    _KEYS,
    st.sampled_from([";", "\t", ",", "|"]),
    st.sampled_from(["utf-8", "utf-8-sig", "cp1254", "utf-16"]),
    st.booleans(),
    st.booleans(),
    st.sampled_from(["\n", "\r\n"]),
)
def test_any_list_comes_back_as_it_was(
    keys: list[str], delimiter: str, encoding: str, header: bool, quoted: bool, ending: str
) -> None:
    rows = ([f"SKU{delimiter}n"] if header else []) + [
        f'"{key}"{delimiter}1' if quoted else f"{key}{delimiter}1" for key in keys
    ]
    read = parse_keys(ending.join(rows).encode(encoding))
    assert read.keys == tuple(keys)
    assert not read.bad


@given(st.binary(max_size=400))
def test_no_file_breaks_the_reader(data: bytes) -> None:
    try:
        read = parse_keys(data)
    except FileUnusable:
        return
    lines = data.count(b"\n") + data.count(b"\r") + len(data) + 2
    numbers = [one.line for one in read.lines] + [one.line for one in read.bad]
    assert all(1 <= number <= lines for number in numbers)
    assert len(set(read.keys)) == len(read.keys)
