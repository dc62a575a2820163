"""The door: nothing of it knows who anybody is."""

from __future__ import annotations

from convive.voice.limits import limits
from convive.web.citizen.door import LONGEST_WAIT_S, Count, Door, Said

RULES = limits().door.model_copy(update={"wait_seconds": 15, "reports_per_minute": 10})


def test_a_form_waits_is_used_once_and_grows_old() -> None:
    door = Door(RULES)
    ticket = door.form(1000)
    assert door.enter(ticket, 1005) is Said.EARLY
    assert door.wait(ticket, 1005) == 10
    assert door.enter(ticket, 1016) is Said.ENTER
    assert door.enter(ticket, 1017) is Said.USED
    late = door.form(1000)
    assert door.enter(late, 1000 + RULES.form_hours * 3600 + 1) is Said.OLD
    assert Door(RULES).enter(door.form(1000), 1100) is Said.OLD  # of another process


def test_a_look_says_what_the_door_would_and_uses_nothing_up() -> None:
    door = Door(RULES)
    ticket = door.form(1000)
    assert door.look(ticket, 1005) is Said.EARLY
    assert door.look("00" * 40, 1005) is Said.OLD
    assert [door.look(ticket, 1016) for _ in range(30)] == [Said.ENTER] * 30
    assert door.enter(ticket, 1016) is Said.ENTER
    assert door.look(ticket, 1017) is Said.USED


def test_the_more_forms_are_asked_for_the_longer_all_wait() -> None:
    door = Door(RULES)
    waits = [door.wait(door.form(1000), 1000) for _ in range(200)]
    assert waits[0] == 15
    assert waits == sorted(waits)
    assert waits[-1] > 10 * 15
    assert max(door.wait(door.form(1000), 1000) for _ in range(2000)) == LONGEST_WAIT_S
    assert door.wait(door.form(1100), 1100) == 15  # a minute later all is as before


def test_no_more_enter_in_a_minute_than_all_may_together() -> None:
    door = Door(RULES)
    tickets = [door.form(1000 + place * 100) for place in range(12)]
    said = [door.enter(ticket, 9000) for ticket in tickets]
    assert said.count(Said.ENTER) == 10
    assert said[10:] == [Said.CROWDED] * 2
    assert door.enter(tickets[10], 9130) is Said.ENTER  # a crowded door does not use a form up


def test_while_too_many_come_each_form_has_one_lot_a_minute_however_often_it_is_sent() -> None:
    """A robot that sends 3,000 forms over and over is faster than the person who comes last; it has no better chance
    with each of them."""
    door = Door(RULES.model_copy(update={"reports_per_minute": 300}))
    robot = [door.form(1000) for _ in range(3000)]
    person = door.form(1000)
    first = sum(door.enter(ticket, 6000) is Said.ENTER for ticket in robot)
    assert first == 300, "in the first minute of a flood the ceiling alone holds"
    assert door.enter(person, 6001) is Said.CROWDED
    left = [ticket for ticket in robot if door.enter(ticket, 6060.5) is Said.CROWDED]
    second = 3000 - first - len(left)
    assert 120 < second < 300  # 240 of 2,700 lots win, give or take 15; who has used a form up is not asked again
    assert sum(door.enter(ticket, 6061) is Said.ENTER for ticket in left) == 0, "sent again, the lot is the same"
    for minute in range(102, 400):
        now = minute * 60.0
        for ticket in left:
            door.enter(ticket, now)
        if door.enter(person, now + 30) is Said.ENTER:
            return
    raise AssertionError("the person was starved")


def test_the_house_takes_200_reports_a_minute_without_drawing_lots() -> None:
    door = Door(limits().door)
    for minute in range(100, 110):
        tickets = [door.form(minute * 60.0 - 1200 + place) for place in range(200)]
        assert [door.enter(ticket, minute * 60.0 + place / 4) for place, ticket in enumerate(tickets)] == [
            Said.ENTER
        ] * 200


def test_a_count_forgets_after_a_minute() -> None:
    count = Count(2)
    count.add(0)
    count.add(1)
    assert count.full(59)
    assert not count.full(60)
