"""Pages of jobs, and the desk of them."""

from typing import Any

import pytest
from django.contrib.messages import get_messages

from accounts.models import AuditEntry, User
from core.choices import JobStatus
from core.jobs import enqueue, runner, selectors
from core.models import Job, JobLog


@pytest.fixture
def jobs(ada: User) -> dict[str, Job]:
    """One that waits, one that runs, one that succeeded and one that failed."""
    made = {
        name: enqueue("test.echo", owner=ada, params={"say": name}, title=f"The {name}")
        for name in ("waiting",)
    }
    for name, params in (("done", {"say": "x"}), ("failed", {})):
        made[name] = enqueue("test.echo", owner=ada, params=params, title=f"The {name} one")
        runner.run(str(made[name].pk), threaded=False)
    made["running"] = enqueue("test.steps", owner=ada, params={"seconds": 9}, title="The running one")
    runner.claim(str(made["running"].pk), worker="w")
    Job.objects.filter(pk=made["running"].pk).update(
        progress_done=25, progress_total=100, progress_unit="steps", progress_rate=5.0
    )
    return made


def text(response: Any) -> str:
    assert response.status_code == 200, response.content
    return str(response.content.decode())


def test_the_list_and_its_filters(ada: User, browser: Any, jobs: dict[str, Job]) -> None:
    client = browser(ada)
    every = text(client.get("/jobs"))
    for job in jobs.values():
        assert f'data-live="job:{job.pk}"' in every
    running = text(client.get("/jobs?status=open"))
    assert "The running one" in running
    assert "The done one" not in running
    assert "The failed one" in text(client.get("/jobs?status=failed&kind=test.echo"))
    assert "The done one" in text(client.get("/jobs?search=DONE"))
    assert "Nothing matches" in text(client.get("/jobs?search=nothing"))
    assert text(client.get("/jobs?status=nonsense&page=last&kind="))


def test_the_list_costs_the_same_however_long_it_is(
    ada: User, otto: User, browser: Any, jobs: dict[str, Job], django_assert_num_queries: Any
) -> None:
    for user in (ada, otto):
        client = browser(user)
        client.get("/jobs")
        with django_assert_num_queries(5):  # session, account, count, rows, the badge
            client.get("/jobs")


def test_a_running_job_shows_what_was_measured(ada: User, browser: Any, jobs: dict[str, Job]) -> None:
    shown = text(browser(ada).get(f"/jobs/{jobs['running'].pk}"))
    assert 'max="100" value="25"' in shown
    assert "5.00" in shown  # steps per second
    assert "15.0\u00a0s left" in shown or "15\u00a0s left" in shown
    assert 'data-job-log="' in shown


def test_a_failed_job_says_why_and_what_helps(ada: User, browser: Any, jobs: dict[str, Job]) -> None:
    shown = text(browser(ada).get(f"/jobs/{jobs['failed'].pk}"))
    assert str(jobs["failed"].pk) in shown
    assert "an operator can find the cause by that number" in shown
    assert f'action="/jobs/{jobs["failed"].pk}/retry"' in shown


def test_the_log_of_an_ended_job_is_not_followed(ada: User, browser: Any, jobs: dict[str, Job]) -> None:
    running, failed = (text(browser(ada).get(f"/jobs/{jobs[name].pk}")) for name in ("running", "failed"))
    assert (f'data-job-log="{jobs["running"].pk}"' in running, "data-ended" in running) == (True, False)
    assert ("data-job-log" in failed, "data-ended" in failed) == (False, True)


def test_a_part_is_the_page_without_its_frame(ada: User, browser: Any, jobs: dict[str, Job]) -> None:
    client, url = browser(ada), f"/jobs/{jobs['running'].pk}"
    part = text(client.get(url, headers={"HX-Request": "true"}))
    assert "<html" not in part
    assert f'hx-get="{url}"' in part
    assert "<html" not in text(client.get(f"{url}/row"))
    assert ">2 jobs<" in text(client.get("/jobs/badge"))


def test_cancel_and_retry(ada: User, browser: Any, jobs: dict[str, Job]) -> None:
    client = browser(ada)
    waiting = f"/jobs/{jobs['waiting'].pk}"
    row = text(client.post(f"{waiting}/cancel", headers={"HX-Request": "true"}))
    assert "cancelled" in row
    again = client.post(f"{waiting}/retry")
    made = Job.objects.get(retry_of=jobs["waiting"])
    assert (again.status_code, again["Location"]) == (302, f"/jobs/{made.pk}")
    assert client.post(f"{waiting}/cancel").status_code == 409
    assert client.get(f"{waiting}/cancel").status_code == 405


def test_of_a_long_log_the_page_shows_the_end(ada: User, jobs: dict[str, Job]) -> None:
    count = selectors.LINES + 10
    JobLog.objects.bulk_create(JobLog(job=jobs["waiting"], seq=n, line=str(n)) for n in range(1, count + 1))
    lines, first = selectors.last_lines(jobs["waiting"])
    assert (len(lines), first, lines[-1]) == (selectors.LINES, 11, str(count))


def test_others_jobs(ben: User, vera: User, otto: User, browser: Any, jobs: dict[str, Job]) -> None:
    url = f"/jobs/{jobs['running'].pk}"
    outsider = browser(ben)
    assert "The running one" not in text(outsider.get("/jobs"))
    assert outsider.get(url).status_code == 404
    assert outsider.post(f"{url}/cancel").status_code == 404
    assert browser(vera).post(f"{url}/cancel").status_code == 403
    staff = browser(otto)
    assert "ada" in text(staff.get("/jobs"))
    for _ in range(3):
        assert staff.get(url).status_code == 200
    opened = AuditEntry.objects.filter(action="job.opened_by_staff", actor=otto)
    assert opened.count() >= 1
    assert Job.objects.get(pk=jobs["running"].pk).cancel_requested_at is None


class TestDesk:
    """The back office."""

    @pytest.fixture
    def desk(self, otto: User, browser: Any) -> Any:
        return browser(otto)

    def act(self, desk: Any, action: str, *jobs: Job) -> list[str]:
        """Run the action on the jobs; return what the desk says."""
        response = desk.post(
            "/admin/core/job/", {"action": action, "_selected_action": [str(job.pk) for job in jobs]}
        )
        assert response.status_code == 302, response.content
        return [str(message) for message in get_messages(response.wsgi_request)]

    def test_an_operator_finds_jobs(
        self, desk: Any, jobs: dict[str, Job], django_assert_max_num_queries: Any
    ) -> None:
        with django_assert_max_num_queries(14):
            listed = text(desk.get("/admin/core/job/"))
        assert "The running one" in listed
        assert "The running one" not in text(desk.get("/admin/core/job/?status__exact=failed"))
        assert "The failed one" in text(desk.get("/admin/core/job/?q=failed"))
        assert text(desk.get(f"/admin/core/job/?q={jobs['done'].pk}")).count("The done one") >= 1

    def test_a_job_is_looked_at_and_not_edited(self, desk: Any, jobs: dict[str, Job]) -> None:
        url = f"/admin/core/job/{jobs['failed'].pk}/change/"
        JobLog.objects.bulk_create(
            JobLog(job=jobs["failed"], seq=n, line=f"line {n}.") for n in range(2, 251)
        )
        shown = text(desk.get(url))
        assert "internal_error" in shown
        assert "line 250." in shown
        assert "line 50." not in shown
        assert desk.post(url, {"title": "x"}).status_code == 403
        assert desk.get("/admin/core/job/add/").status_code == 403
        assert desk.post(f"/admin/core/job/{jobs['failed'].pk}/delete/", {"post": "yes"}).status_code == 403

    def test_the_remedies_do_what_they_say_and_tell_where_they_cannot(
        self, desk: Any, jobs: dict[str, Job]
    ) -> None:
        said = self.act(desk, "requeue", jobs["running"], jobs["done"])
        assert Job.objects.get(pk=jobs["running"].pk).status == JobStatus.QUEUED
        assert any("The done one" in line for line in said)
        assert "Queued again: 1" in said
        assert self.act(desk, "cancel", jobs["waiting"])[-1:] == ["Cancelled: 1"]
        assert self.act(desk, "retry", jobs["failed"])[-1:] == ["Made anew: 1"]
        assert Job.objects.filter(retry_of=jobs["failed"], owner=jobs["failed"].owner).count() == 1
        assert AuditEntry.objects.filter(action__startswith="job.").count() == 3

    def test_it_is_closed_to_users(self, ada: User, browser: Any, jobs: dict[str, Job]) -> None:
        response = browser(ada).get("/admin/core/job/")
        assert response.status_code in (302, 403)
