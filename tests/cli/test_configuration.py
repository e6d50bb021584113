"""Where commands find their configuration, and which files they refuse."""

from __future__ import annotations

from pathlib import Path

import pytest

from hbdash.cli.quick_config import plain_values
from hbdash.config import Config, load_config
from tests.cli.conftest import Installation
from tests.support.commands import run, write_config

ROOT = Path(__file__).parents[2]
#: Commands of both readers: the quick one of `status`, and pydantic's.
BOTH = (("status",), ("flows", "list"))


def test_files_with_mistakes_are_refused_with_place_and_cure(tmp_path: Path) -> None:
    def said(**options: object) -> str:
        config = write_config(tmp_path / "c.toml", f"sqlite:///{tmp_path / 'x.db'}", **options)
        answer = run("flows", "list", "--config", config)
        assert (answer.code, answer.out) == (2, ""), answer
        assert "Traceback" not in answer.err
        return answer.err

    assert "no time zone" in said(channel={"timezone": "Europe/Ankara"})
    assert "thread: Extra inputs" in said(more="\n[ui]\nthread = 1\n")
    assert "notify.urls" in said(more="\n[notify]\nurls = 7\n")
    assert "channels.0.key" in said(channel={"key": "Büyük Harf"})
    assert "environment" in said(channel={"environment": "test"})


def test_a_password_file_that_can_t_be_read_is_found_at_the_start(tmp_path: Path) -> None:
    config = write_config(tmp_path / "c.toml", f"sqlite:///{tmp_path / 'x.db'}")
    text = config.read_text(encoding="utf-8")
    config.write_text(text.replace('password = "secret"', 'password_file = "/nowhere/secret"'))
    answer = run("flows", "list", "--config", config)
    assert (answer.code, answer.out) == (2, "")
    assert "channels.0.omnitron.password_file" in answer.err


@pytest.mark.parametrize("words", BOTH)
def test_a_file_with_secrets_that_others_can_read_is_refused(
    tmp_path: Path, words: tuple[str, ...]
) -> None:
    config = write_config(tmp_path / "c.toml", f"sqlite:///{tmp_path / 'x.db'}", mode=0o604)
    answer = run(*words, "--config", config)
    assert answer.code == 2
    assert f"chmod o-rwx {config}" in answer.err
    config.chmod(0o640)
    assert run(*words, "--config", config).code in (0, 4), "a group may read it"


@pytest.mark.parametrize("words", BOTH)
def test_a_file_that_is_not_there_or_no_toml_is_refused(
    tmp_path: Path, words: tuple[str, ...]
) -> None:
    broken = tmp_path / "broken.toml"
    broken.write_text("[database\nurl = '''", encoding="utf-8")
    for path in (tmp_path / "nowhere.toml", broken):
        answer = run(*words, "--config", path)
        assert answer.code == 2, answer
        assert str(path) in answer.err


@pytest.mark.parametrize("words", BOTH)
def test_it_is_looked_for_in_four_places(
    quick_lalezar: Installation, no_other_configuration: Path, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...],
) -> None:  # fmt: skip
    text = quick_lalezar.config.read_text(encoding="utf-8")
    good = run(*words, "--config", quick_lalezar.config)

    def found() -> bool:
        answer = run(*words)
        return (answer.code, answer.out) == (good.code, good.out)

    assert not found()
    user = tmp_path / "xdg" / "hbdash" / "config.toml"
    for place in (user, no_other_configuration / "config.toml", tmp_path / "named.toml"):
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")
        place.chmod(0o600)
        if place.name == "named.toml":
            (no_other_configuration / "config.toml").unlink()
            monkeypatch.setenv("HBDASH_CONFIG", str(place))
        assert found(), place
        if place != user:
            place.write_text(text.replace("lalezar.db", "none.db"), encoding="utf-8")
            assert not found(), "it wins over the places after it"


def test_options_may_stand_before_and_after_the_command(quick_lalezar: Installation) -> None:
    config = str(quick_lalezar.config)
    wanted = run("flows", "list", "--config", config).out
    assert wanted
    assert run("--config", config, "flows", "list").out == wanted
    assert run("flows", f"--config={config}", "list").out == wanted


@pytest.mark.parametrize("words", BOTH)
def test_the_environment_wins_over_the_file(
    quick_lalezar: Installation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    words: tuple[str, ...],
) -> None:  # fmt: skip
    config = write_config(tmp_path / "other.toml", f"sqlite:///{tmp_path / 'none.db'}")
    assert run(*words, "--config", config).code == 4
    monkeypatch.setenv("HBDASH_DATABASE__URL", str(quick_lalezar.db.url))
    assert run(*words, "--config", config).code in (0, 1)


def test_a_clone_s_own_file_leads_to_the_sandbox_that_it_started(
    quick_lalezar: Installation, no_other_configuration: Path
) -> None:
    here = no_other_configuration / "config.toml"
    here.write_text((ROOT / "config.toml").read_text(encoding="utf-8"), encoding="utf-8")
    here.chmod(0o644)
    for words in BOTH:
        assert run(*words).code in (2, 4), "it was never started"
    demo = no_other_configuration / ".demo"
    demo.mkdir()
    (demo / "config.toml").write_text(quick_lalezar.config.read_text(encoding="utf-8"))
    (demo / "config.toml").chmod(0o600)
    for words in BOTH:
        assert run(*words).out == quick_lalezar.run(*words).out


@pytest.mark.parametrize(
    "text",
    [
        '[database]\nurl = "sqlite:///a.db"  # a note\n',
        "[database]\nurl = 'sqlite:///a.db'\n[ui]\ntheme = \"light\"\n",
        '[database]\nurl = "sqlite:///a#b.db"\n',
        '# [database]\n[ui]\ntheme = "dark"\n',
        '[ui]\ntheme = "dark"\n[database]\n# url = "x"\n',
        "[sandbox]\nstart = true\nskus = 2_000\nactivity_s = 4.5\n",
        '[[channels]]\nkey = "a"\n[channels.omnitron]\npassword = "[database]"\n',
        '[notify]\nurls = [\n  "slack://x",\n]\n[database]\nurl = "sqlite:///a.db"\n',
        # Beyond plain lines: the quick reader must leave these to the TOML parser.
        'database = { url = "sqlite:///a.db" }\n',
        'database.url = "sqlite:///a.db"\n',
        '["database"]\nurl = "sqlite:///a.db"\n',
        '[ database ]\nurl = "sqlite:///a.db"\n',
        '[database]\nurl = "sqlite:///a\\u0062.db"\n',
        '[database]\nurl = """\nsqlite:///a.db"""\n',
        '[database]\n"url" = "sqlite:///a.db"\n',
        '[ui]\nnote = """\n[database]\nurl = "sqlite:///wrong.db"\n"""\n',
    ],
)
def test_the_quick_reader_never_reads_other_than_the_toml_parser(text: str) -> None:
    import tomllib

    quick = plain_values(text)
    if quick is not None:
        whole = tomllib.loads(text)
        assert quick.get("database.url") == whole.get("database", {}).get("url")
        starts = str(whole.get("sandbox", {}).get("start", False)).lower()
        assert quick.get("sandbox.start", "false") == starts


def test_the_file_of_the_repository_explains_every_key() -> None:
    def keys(model: type) -> set[str]:
        return set(model.model_fields)  # type: ignore[attr-defined]

    text = (ROOT / "config.toml").read_text(encoding="utf-8")
    load_config(ROOT / "config.toml")
    for section, field in Config.model_fields.items():
        if section == "channels":
            continue
        for key in keys(type(field.default)):
            # What the sandbox writes for itself, and what only the demo sets.
            if (section, key) not in {("engine", "start_all"), ("engine", "import_polls_s"),
                                      ("engine", "upload_polls_s")}:  # fmt: skip
                assert f"{key} =" in text or f"[{section}.{key}]" in text, f"{section}.{key}"
