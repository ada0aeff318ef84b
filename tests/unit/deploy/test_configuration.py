"""Sources in their order, every fault at once, secrets hidden."""

import re
import tomllib
from pathlib import Path
from typing import NamedTuple

import msgspec
import pytest

from deploy.configuration import Configuration, ConfigurationFault, Mode, known_keys, load, printed
from deploy.monitoringpart import MonitoringPart


class _Ip(NamedTuple):
    ip: str | tuple[str, int, int]


class _Adapter(NamedTuple):
    ips: list[_Ip]


def test_defaults_listen_on_loopback_in_trial_mode() -> None:
    configuration = load(environment={})
    assert configuration.loopback_only
    assert configuration.mode is Mode.TRIAL
    assert configuration.media_port == configuration.web.port + 1
    assert configuration.announced == ("127.0.0.1",)


def test_command_line_before_environment_before_file(tmp_path: Path) -> None:
    file = tmp_path / "c.toml"
    file.write_text('office = "file"\nlanguage = "en"\n[web]\nport = 1\n', encoding="utf8")
    environment = {"DIEMCAU_WEB_PORT": "2", "DIEMCAU_OFFICE": "environment", "DIEMCAU_MEDIA_ANNOUNCE": "10.1.2.3,::1"}
    configuration = load(file, {"web.port": 3, "data": None}, environment)
    assert (configuration.web.port, configuration.office, configuration.language) == (3, "environment", "en")
    assert configuration.media.announce == ("10.1.2.3", "::1")


def test_auto_is_this_machines_addresses_wherever_it_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    addresses = [
        _Adapter([_Ip("127.0.0.1"), _Ip("10.1.2.3")]),
        _Adapter([_Ip(("fe80::1", 0, 2)), _Ip(("fd00::7", 0, 0))]),
    ]
    monkeypatch.setattr("ifaddr.get_adapters", lambda: addresses)
    file = tmp_path / "c.toml"
    file.write_text('[media]\nannounce = ["auto"]\n', encoding="utf8")
    assert load(file, environment={}).announced == ("10.1.2.3",)
    assert load(environment={"DIEMCAU_MEDIA_ANNOUNCE": "auto"}).announced == ("10.1.2.3",)
    assert load(file, {"listen": "::"}, environment={}).announced == ("10.1.2.3", "fd00::7"), (
        "IPv6 where it is listened"
    )


@pytest.mark.parametrize("text", ["media.example", "[::1]", "fe80::1%eth0", "10.1.2", ""])
def test_browsers_are_told_numeric_addresses_only(text: str) -> None:
    with pytest.raises(ConfigurationFault, match=r"media\.announce"):
        load(overrides={"media.announce": [text]}, environment={})


def test_every_fault_is_told_at_once() -> None:
    with pytest.raises(ConfigurationFault) as fault:
        load(overrides={"web.port": 70_000, "language": "xx", "web.tls_cert": "c.pem"}, environment={})
    assert {line.split(":")[0].split(" ")[0] for line in str(fault.value).splitlines()} == {
        "web.port",
        "language",
        "web.tls_cert",
    }


@pytest.mark.parametrize("text", ["unknown = 1", "web = 3", "[web]\nport = 'x'", "not toml", "mode = 'other'"])
def test_a_bad_file_is_one_fault_that_names_the_place(tmp_path: Path, text: str) -> None:
    file = tmp_path / "c.toml"
    file.write_text(text, encoding="utf8")
    with pytest.raises(ConfigurationFault) as fault:
        load(file, environment={})
    assert len(str(fault.value).splitlines()) == 1


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationFault, match=r"c\.toml"):
        load(tmp_path / "c.toml", environment={})


def test_printed_is_toml_that_hides_secrets_and_reads_back(tmp_path: Path) -> None:
    configuration = load(
        overrides={"database_url": "postgresql://u:mellon@h/d", "store.secret_key": "mellon", "office": 'a "b" \\ ộ'},
        environment={},
    )
    assert "mellon" not in printed(configuration)
    file = tmp_path / "c.toml"
    file.write_text(printed(configuration, secrets=True), encoding="utf8")
    assert load(file, environment={}) == configuration


def test_known_keys_are_those_of_the_printed_form() -> None:
    plain = tomllib.loads(printed(Configuration()))
    inner = {f"{name}.{key}" for name, part in plain.items() if isinstance(part, dict) for key in part}
    assert set(known_keys()) == inner | {name for name, part in plain.items() if not isinstance(part, dict)}


def test_a_store_of_ones_own_needs_no_keys_and_another_does() -> None:
    own = load(overrides={"store.kind": "minio"}, environment={})
    assert own.own_store
    assert own.store_port == own.web.port + 2
    with pytest.raises(ConfigurationFault, match=r"store\.endpoint: needs store\.access_key and store\.secret_key"):
        load(overrides={"store.kind": "minio", "store.endpoint": "https://s3.example:9000"}, environment={})
    with pytest.raises(ConfigurationFault, match="not of the form"):
        load(overrides={"store.endpoint": "s3.example"}, environment={})
    with pytest.raises(ConfigurationFault):
        load(overrides={"store.kind": "tape"}, environment={})


def test_who_may_read_figures_is_named_rightly_or_not_at_all() -> None:
    with pytest.raises(ConfigurationFault) as faults:
        load(None, {"monitoring.scrapers": ("10.0.0.0/24", "everywhere"), "monitoring.secret": "short"}, {})
    assert "monitoring.scrapers: everywhere is no address and no network" in str(faults.value)
    assert "10.0.0.0" not in str(faults.value)
    assert "monitoring.secret: shorter than 16 characters" in str(faults.value)
    found = load(None, None, {"DIEMCAU_MONITORING_SCRAPERS": "10.0.0.5,fd00::/8", "DIEMCAU_LOG_FORM": "json"})
    assert (found.monitoring.scrapers, found.log.form) == (("10.0.0.5", "fd00::/8"), "json")
    assert "(hidden)" in printed(msgspec.structs.replace(found, monitoring=MonitoringPart(secret="s" * 20)))


def test_media_processes_take_the_following_ports_and_pass_over_our_own_minio() -> None:
    def ports(**sections: dict[str, object]) -> list[int]:
        found = load(None, {f"{name}.{key}": value for name, one in sections.items() for key, value in one.items()}, {})
        return [found.media_port_of(worker) for worker in range(1, found.media_workers + 1)]

    assert ports(web={"port": 8080}, media={"workers": 3}) == [8081, 8082, 8083]
    assert ports(web={"port": 8080}, media={"workers": 3}, store={"kind": "minio"}) == [8081, 8083, 8084]
    assert ports(media={"workers": 2, "port": 9000}, store={"kind": "minio", "port": 9001}) == [9000, 9002]
    assert ports(media={"workers": 2, "port": 9000}, store={"kind": "minio", "port": 8999}) == [9000, 9001]


def test_two_cores_are_left_to_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    for cores, workers in ((1, 1), (2, 1), (3, 1), (8, 6)):
        monkeypatch.setattr("os.sched_getaffinity", lambda _, cores=cores: set(range(cores)))
        assert load(None, {}, {}).media_workers == workers
    assert load(None, {"media.workers": 4}, {}).media_workers == 4


@pytest.mark.parametrize(
    ("key", "value", "fault"),
    [
        ("media.workers", 65, "between 0 and 64"),
        ("media.port", 65_535, "do not fit from 65535 on"),
        ("media.name", "Hà Nội", "small letters"),
        ("media.control", "9000", "HOST:PORT"),
        ("media.control", "10.0.0.1:9000", "needs control_secret"),
        ("recording.control", "10.0.0.1:9000", "needs control_secret"),
        ("recording.tap", "tap", "HOST:PORT"),
        ("parts", ("web", "sfus"), "sfus is none of web, sfu, recorder, jobs"),
        ("web.address", "https://host/path", "http(s)://HOST"),
        ("web.peers", ("https://host",), "needs web.address, redis_url and database_url"),
    ],
)
def test_what_cannot_run_on_several_machines_is_told(key: str, value: object, fault: str) -> None:
    with pytest.raises(ConfigurationFault, match=re.escape(fault)):
        load(None, {"media.workers": 2, key: value}, {})


def test_several_machines_are_configured_by_the_environment_too() -> None:
    found = load(None, {}, {"DIEMCAU_PARTS": "web,sfu", "DIEMCAU_CONTROL_SECRET": "x" * 20})
    assert (found.parts, found.has_pages, found.has_jobs) == (("web", "sfu"), True, False)
    assert "x" * 20 not in printed(found)


def test_relays_come_whole_and_their_secret_is_hidden() -> None:
    environment = {"DIEMCAU_TURN_URLS": "turn:r.example,turns:r.example:443", "DIEMCAU_TURN_SECRET": "s" * 16}
    configuration = load(environment=environment)
    assert configuration.relays.urls == ("turn:r.example", "turns:r.example:443")
    assert configuration.relays.valid_s == 12 * 3_600
    assert "s" * 16 not in printed(configuration)
    for wrong in ({"turn.urls": ["turn:r.example"]}, {"turn.urls": ["r.example"], "turn.secret": "s" * 16}):
        with pytest.raises(ConfigurationFault, match=r"turn\."):
            load(overrides=wrong, environment={})
    with pytest.raises(ConfigurationFault, match=r"turn\.relay_only"):
        load(overrides={"turn.relay_only": True}, environment={})
