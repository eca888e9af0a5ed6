"""What `grader bench` makes of its samples: spreads, ratios round by round, stages, and the document that programs read."""

import json
import os
import subprocess
import sys
import time
from types import SimpleNamespace

import pytest

from grader.errors import Broken
from worker.bench import attempt as bench
from worker.bench import cpu, kill, staged, task, testing
from worker.bench.attempt import Flow, Row, Spread, faster
from worker.bench.outcome import COLD, TARGETS, Outcome, rounded
from worker.bench.regrade import Row as Regrade
from worker.bench.ways import Cold, Sample, Way, available
from worker.cli_bench_attempt import show

PROMISED = {"cpu_ratio", "overhead_ms_median", "throughput_vs_cold", "kill_s", "regrade_per_minute"}


def row(name, cpus, walls=(), loop_s=None, floors=(), stages=None):
    walls = walls or [2 * c for c in cpus]
    samples = [Sample(w, c, loop_s, stages or {}) for w, c in zip(walls, cpus, strict=True)]
    return Row(name, samples, list(floors) or [(0.2, 0.25)] * len(samples))


@pytest.fixture
def outcome():
    ours = row("ours, docker", [0.26, 0.25, 0.24], [0.4, 0.3, 0.35], 0.3, stages={"fork": 0.004, "loop": 0.3})
    rows = [row("ours, bubblewrap", [0.3, 0.3, 0.3], stages={"fork": 0.002, "loop": 0.3}), ours, row(COLD, [2.6, 2.5, 2.4])]
    flows = [Flow(ours.name, 200, [300.0, 400.0]), Flow(COLD, 20, [30.0, 20.0])]
    return Outcome("linear-zero", rows, flows, {ours.name: [0.1, 0.3, 0.2]}, 27_000.0, {"check50": "not installed"})


def test_a_spread_is_the_middle_and_the_middle_half():
    assert Spread.of([5.0]) == Spread(5, 5, 5)
    assert Spread.of([1, 2]) == Spread(1.25, 1.5, 1.75)
    assert Spread.of([9, 1, 5, 3, 7]) == Spread(3, 5, 7)


def test_ratios_are_taken_round_by_round_and_not_of_medians():
    found = row("a", [2.0, 1.0, 9.0], floors=[(1.0, 1), (1.0, 1), (3.0, 1)])
    assert found.cpu_s.middle == 2
    assert found.cpu_ratio == Spread(1.5, 2, 2.5)
    assert found.against(row("b", [1.0, 2.0, 3.0])) == Spread(1.25, 2, 2.5)


def test_overhead_leaves_out_the_time_in_the_students_calls_or_else_that_of_the_floor():
    timed, untimed = (row("a", [1, 1], [1.5, 2.5], loop_s, [(1, 0.5), (1, 0.75)]) for loop_s in (1.0, None))
    assert timed.overhead_ms == Spread(750, 1000, 1250)
    assert untimed.overhead_ms == Spread.of([1000, 1750])


def test_a_row_without_its_floors_is_refused_and_not_cut_to_what_fits():
    with pytest.raises(ValueError, match="shorter"):
        _ = row("a", [1, 2], floors=[(1, 1)]).cpu_ratio


def test_stages_are_medians_of_each_and_none_where_a_way_tells_none():
    found = row("a", [1, 1, 1])
    assert found.stages_ms() == {}
    for sample, fork in zip(range(3), (0.004, 0.02, 0.005), strict=True):
        found.samples[sample] = Sample(1, 1, None, {"fork": fork, "judge": 0.001})
    assert found.stages_ms() == {"fork": 5, "judge": 1}


def test_throughputs_are_compared_block_by_block():
    assert faster(Flow("a", 8, [100, 300, 200]), Flow("b", 8, [10, 10, 40])) == 10


def test_the_headlines_are_those_of_containers_where_there_are_any(outcome):
    assert outcome.best.name == "ours, docker"
    assert outcome.headlines() == pytest.approx({"cpu_ratio": 1.25, "overhead_ms_median": 50, "throughput_vs_cold": 15,
                                                 "kill_s": 0.2, "regrade_per_minute": 27_000})
    assert {name: s.middle for name, s in outcome.peers().items()} == pytest.approx({COLD: 10})
    del outcome.rows[1]
    assert outcome.best.name == "ours, bubblewrap"


def test_throughput_is_not_compared_where_there_are_no_cold_containers(outcome):
    del outcome.flows[1]
    assert outcome.headlines()["throughput_vs_cold"] is None


def test_the_document_has_what_is_promised_and_comes_back_from_json(outcome):
    told = outcome.document()
    assert json.loads(json.dumps(told, allow_nan=False)) == told
    assert told.keys() >= PROMISED
    assert TARGETS.keys() >= PROMISED
    assert told["ways"]["ours, docker"]["stages_ms"] == {"fork": 4, "loop": 300}
    assert told["ways"][COLD] == {"cpu_s": {"low": 2.45, "middle": 2.5, "high": 2.55}, "rounds": 3, "stages_ms": {},
                                  "cpu_ratio": {"low": 12.25, "middle": 12.5, "high": 12.75},
                                  "overhead_ms": {"low": 4650, "middle": 4750, "high": 4850}}
    assert (told["missing"], told["kills_s"]) == ({"check50": "not installed"}, {"ours, docker": [0.1, 0.3, 0.2]})


def test_numbers_are_rounded_wherever_they_stand():
    assert rounded({"a": [0.123456, {"b": 1.00004}], "c": "x", "d": 3, "e": (2.0,), "f": None}) == \
        {"a": [0.1235, {"b": 1.0}], "c": "x", "d": 3, "e": [2.0], "f": None}


def test_the_tables_show_every_way_and_what_is_missing(outcome, capsys):
    show(outcome)
    said = capsys.readouterr().out
    assert all(name in said for name in (*PROMISED, "check50: not measured: not installed", "fork"))


class Failing:
    name, is_in_image = "failing", False

    def grade(self, _):
        raise Broken("no engine answers")

    def close(self):
        pass


def test_a_way_that_fails_is_left_out_with_its_reason():
    way: Way = Failing()
    missing = {}
    with bench.noted(way, missing):
        way.grade(None)
    assert missing == {"failing": "no engine answers"}
    with pytest.raises(KeyError), bench.noted(way, missing):  # a bug of the bench's is no reason
        raise KeyError
    assert available(lambda: way.grade(None), "other", missing) == []
    assert missing["other"] == "no engine answers"
    assert available(lambda: way, "third", missing) == [way]


def test_all_cores_grade_so_many_and_each_is_told():
    told, way = [], SimpleNamespace(grade=lambda _: time.sleep(0.02))
    took = bench.graded_s(way, None, 3 * os.cpu_count(), lambda: told.append(1))
    assert len(told) == 3 * os.cpu_count()
    assert took >= 0.06


def test_the_time_of_a_run_is_shared_out_without_a_rest():
    stages = staged.Stages(dict.fromkeys(staged.STAGES, 0.0))
    run = SimpleNamespace(frames=(({"seconds": 0.1}, b""), ({"seconds": 0.15}, b"")), seconds=0.3,
                          stages={"fork": 0.01, "sweep": 0.002, "wait": 0.003})
    staged.split(run, 0.32, stages)
    assert stages == pytest.approx({"plan": 0, "box wait": 0.003, "fork": 0.01, "source": 0.04, "loop": 0.25, "sweep": 0.002,
                                    "stream": 0.015, "evidence": 0, "judge": 0, "store": 0})
    staged.split(run, 0.32, stages)
    assert sum(stages.values()) == pytest.approx(0.64)


def test_a_stage_is_timed_and_added_up():
    stages = staged.Stages(judge=1.0)
    with stages.clock("judge"):
        time.sleep(0.01)
    assert 1.01 <= stages["judge"] < 2


def test_judging_again_is_told_as_so_many_a_minute_and_so_many_times_cheaper():
    found = Regrade("xor", attempts=20, judged=300, first_ms=300.0, again_ms=2.0, wall_ms=2.5)
    assert (found.per_minute, found.ratio) == (30_000, 150)


def test_cpu_of_a_living_process_and_of_one_that_has_ended_is_counted():
    burn = "import sys, time\nend = time.process_time() + 0.2\nwhile time.process_time() < end: pass\nprint(flush=True)\n"
    before = cpu.own()
    living = subprocess.Popen([sys.executable, "-c", burn + "input()"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    living.stdout.readline()
    assert living.pid in cpu.tree(os.getpid())
    assert 0.2 <= cpu.of([living.pid]) < 5
    assert cpu.own() - before < 0.2  # not yet: it lives
    living.communicate(b"\n")
    assert cpu.own() - before >= 0.2
    assert cpu.of([living.pid]) == 0


def test_what_is_left_of_a_killed_attempt_is_found_by_its_name():
    name = f"left-{os.getpid()}"[:15]
    assert kill.still_there(name) == []
    told = f"import ctypes; ctypes.CDLL(None).prctl(15, b'{name}'); print(flush=True); input()"
    other = subprocess.Popen([sys.executable, "-c", told], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    other.stdout.readline()
    assert kill.still_there(name) == [str(other.pid)]
    other.communicate(b"\n")


def test_a_cold_container_tells_its_programs_own_cpu():
    assert Cold.inside(SimpleNamespace(), "0m0.010s 0m0.000s\n1m2.500s 0m0.250s\n") == pytest.approx(62.75)


def test_arguments_are_written_plainly_and_another_calls_result_is_refused():
    data = {"hidden.x": SimpleNamespace(tolist=lambda: [[1.0]])}
    assert [task.plain(v, data) for v in ("@hidden.x", 0.1, "word")] == [[[1.0]], 0.1, "word"]
    with pytest.raises(Broken, match="choose another assignment"):
        task.plain("$build.G", data)


@pytest.mark.parametrize(("got", "is_right"), [
    ([1.0, 2.0], True), ([[1.0], [2.0]], True), ([1.0005, 2.0], True), ([1.1, 2.0], False), ([1.0], False),
    ([float("nan"), 2.0], False)])
def test_what_an_instructors_tests_find_right(got, is_right):
    assert testing.is_close(got, [1.0, 2.0]) is is_right
