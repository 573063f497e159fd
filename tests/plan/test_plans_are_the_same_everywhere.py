"""The same scenario gives the same octets whatever the hash seed, the locale and the time zone."""

from __future__ import annotations

CODE = """if True:
    import hashlib
    from harness.plan import design
    from harness.scenario import load
    from tests.fake_bench import DETECTORS, FakeTarget
    scenario = load("hover", target=FakeTarget(), detectors=DETECTORS, overrides=["stop.blocks=9"])
    plan = design(scenario, FakeTarget(), harness={"version": "0", "digest": "0"}, policy={"id": "p", "digest": "1"}, plugins=())
    whole = hashlib.sha256(b"".join(path.encode() + octets for path, octets in plan.files().items())).hexdigest()
    print(plan.digest, whole, *(plan.order(trial).seed.hex() for trial in list(plan.trials)[:3]))
    """


def test_plan_octets_do_not_depend_on_hash_seed_locale_or_time_zone(shelf, isolated) -> None:
    worlds = [
        {"PYTHONHASHSEED": "0", "TZ": "UTC", "LC_ALL": "C"},
        {"PYTHONHASHSEED": "1", "TZ": "Pacific/Chatham", "LC_ALL": "C.UTF-8"},
        {"PYTHONHASHSEED": "4242", "TZ": "America/St_Johns", "LC_ALL": "C", "PYTHONUTF8": "0"},
    ]
    told = {isolated(CODE, **world) for world in worlds}
    assert len(told) == 1
    assert len(told.pop().split()) == 5


def test_the_order_of_settings_and_devices_does_not_depend_on_how_a_plan_came_to_be(planned) -> None:
    """A target that goes through settings in their order must not see another order after a plan was read back."""
    from harness.plan import Plan

    plan = planned()
    again = Plan.from_files(plan.files())
    for trial in plan.trials:
        assert repr(plan.order(trial)) == repr(again.order(trial))
