import json
import sqlite3
import threading
from pathlib import Path

from api.jobs import JobQueue


def test_jobs_are_handed_out_in_order_also_those_that_another_process_put_in(url: str) -> None:
    JobQueue(url).put("a" * 32)
    queue, stop, seen = JobQueue(url), threading.Event(), list[str]()
    queue.put("b" * 32)

    def run(job_id: str) -> None:
        seen.append(job_id)
        if len(seen) == 2:
            stop.set()

    queue.work(run, 1, stop, lambda: None)

    assert seen == ["a" * 32, "b" * 32]
    assert queue.waiting() == set()


def test_a_job_that_has_to_wait_comes_again(url: str) -> None:
    queue, stop, seen = JobQueue(url), threading.Event(), list[str]()
    queue.put("a" * 32)

    def run(job_id: str) -> None:
        seen.append(job_id)
        if len(seen) == 1:
            queue.put(job_id, wait=True)
        else:
            stop.set()

    queue.work(run, 1, stop, lambda: None)

    assert seen == ["a" * 32] * 2


def test_messages_hold_an_id_as_text_and_the_file_is_the_owners(tmp_path: Path) -> None:
    queue = JobQueue(f"sqlite:///{tmp_path / 'accounts.sqlite'}")
    queue.put("a" * 32)
    queue.put("b" * 32, wait=True)

    assert queue.waiting() == {"a" * 32, "b" * 32}
    assert (tmp_path / "queue.sqlite").stat().st_mode & 0o777 == 0o600
    with sqlite3.connect(tmp_path / "queue.sqlite") as file:
        messages = [bytes(data) for (data,) in file.execute("SELECT data FROM queue_task")]
    file.close()
    assert [json.loads(message)["args"] for message in messages] == [["a" * 32], ["b" * 32]]
