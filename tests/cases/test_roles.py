"""What each role may do, cell by cell: the table below is the specification, and the code must agree with every cell."""

import pytest

from cases.roles import RIGHTS, Person, Right, Role, may, must
from cases.workflow import MOVES
from core.case import Status
from core.errors import NotAllowed

#                    viewer officer verifier department supervisor analyst administrator citizen
RIGHTS_TABLE = """
figures              +      +       +        +          +          +       +             -
cases                -      +       +        +          +          +       +             -
person               -      +       +        -          +          -       +             -
triage               -      +       +        -          +          -       +             -
hold                 -      +       +        -          +          -       +             -
assign               -      -       -        -          +          -       +             -
enter                -      +       +        -          +          -       +             -
answer               -      +       -        -          +          -       -             -
approve              -      -       -        -          +          -       -             -
broadcast            -      -       -        -          +          -       -             -
plan                 -      -       -        -          +          -       +             -
teach                -      -       -        -          +          -       +             -
link                 -      +       -        -          +          -       +             -
export               -      -       -        -          +          +       +             -
audit                -      -       -        -          +          -       +             -
users                -      -       -        -          -          -       +             -
"""
MOVES_TABLE = """
received>verified    -      -       +        -          +          -       -             -
received>rejected    -      +       +        -          +          -       -             -
received>referred    -      +       +        -          +          -       -             -
received>answered    -      +       -        -          +          -       -             -
verified>referred    -      +       +        -          +          -       -             -
verified>rejected    -      +       +        -          +          -       -             -
verified>answered    -      +       -        -          +          -       -             -
verified>not_fixed   -      -       -        -          +          -       -             -
referred>in_hand     -      -       -        +          +          -       -             -
referred>verified    -      -       -        +          +          -       -             -
referred>not_fixed   -      -       -        +          +          -       -             -
in_hand>done         -      -       -        +          +          -       -             -
in_hand>verified     -      -       -        +          +          -       -             -
in_hand>not_fixed    -      -       -        +          +          -       -             -
done>confirmed       -      +       +        -          +          -       -             -
done>in_hand         -      +       +        -          +          -       -             -
confirmed>answered   -      +       -        -          +          -       -             -
answered>closed      -      +       -        -          +          -       -             -
answered>reopened    -      +       +        -          +          -       -             +
closed>reopened      -      +       +        -          +          -       -             +
not_fixed>reopened   -      +       +        -          +          -       -             +
rejected>reopened    -      -       +        -          +          -       -             +
reopened>verified    -      -       +        -          +          -       -             -
reopened>referred    -      +       +        -          +          -       -             -
reopened>rejected    -      +       +        -          +          -       -             -
reopened>answered    -      +       -        -          +          -       -             -
"""


def cells(table):
    for line in table.split("\n")[1:-1]:
        name, *marks = line.split()
        yield from ((name, role, mark == "+") for role, mark in zip(Role, marks, strict=True))


@pytest.mark.parametrize(("right", "role", "allowed"), list(cells(RIGHTS_TABLE)))
def test_a_role_may(right, role, allowed):
    assert may(Person(name="p", role=role), Right(right)) is allowed


@pytest.mark.parametrize(("arrow", "role", "allowed"), list(cells(MOVES_TABLE)))
def test_a_role_may_move(arrow, role, allowed):
    was, now = map(Status, arrow.split(">"))
    assert (role in MOVES[was][now].by) is allowed


def test_the_tables_leave_nothing_out():
    assert {name for name, *_ in cells(RIGHTS_TABLE)} == set(Right)
    assert {name for name, *_ in cells(MOVES_TABLE)} == {f"{was.value}>{now.value}" for was in MOVES for now in MOVES[was]}
    assert set(MOVES) == set(Status)
    assert set(RIGHTS) == set(Role)


def test_who_may_not_is_told_who_may():
    with pytest.raises(
        NotAllowed, match=r"ana is analyst, who may not do this \(person\); ask one of: officer, verifier, supervisor, administrator"
    ):
        must(Person(name="ana", role=Role.ANALYST), Right.PERSON)
