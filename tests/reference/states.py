"""docs/reference/states.md: every state machine as its table and as a picture."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils import translation

from tests.reference.house import modules
from tests.reference.markdown import code, section, table
from tests.reference.markdown import page as whole

SUFFIX = "TRANSITIONS"


@dataclass(frozen=True, slots=True)
class Machine:
    """One literal table: its package, its name there, its states in the order of the class."""

    package: str
    name: str
    states: type[TextChoices]
    transitions: Mapping[str, set[str]]

    @property
    def title(self) -> str:
        """`awards: award`; where a package has one machine, the states' own name."""
        subject = self.name.removesuffix(SUFFIX).strip("_") or self.states.__name__.removesuffix("State")
        return f"{self.package}: {subject.lower()}"

    @property
    def first(self) -> str:
        """The state in which everything begins: the first of the class."""
        return str(self.states.values[0])

    @property
    def terminal(self) -> list[str]:
        """States that nothing leaves, in order."""
        return [state for state in self.states.values if not self.transitions[state]]

    def after(self, state: str) -> list[str]:
        """Where a state leads, in the order of the class."""
        return [wanted for wanted in self.states.values if wanted in self.transitions[state]]


def machines() -> Iterator[Machine]:
    """Every `*TRANSITIONS` table of every states.py."""
    for package, module in modules("states"):
        for name, transitions in vars(module).items():
            if name.endswith(SUFFIX):
                yield Machine(package, name, type(next(iter(transitions))), transitions)


def page() -> str:
    introduction = (
        "Each machine is one literal table in its package's `states.py`; what it does not name is refused."
    )
    with translation.override("en"):
        return whole("States", introduction, *(_machine(machine) for machine in machines()))


def _machine(machine: Machine) -> str:
    rows = [
        (code(state.value), state.label, ", ".join(map(code, machine.after(state.value))) or "–")
        for state in machine.states
    ]
    return section(machine.title, table(["state", "meaning", "leads to"], rows), _picture(machine))


def _picture(machine: Machine) -> str:
    arrows = [("[*]", machine.first)]
    arrows += [(state, wanted) for state in machine.states.values for wanted in machine.after(state)]
    arrows += [(state, "[*]") for state in machine.terminal]
    lines = "\n".join(f"    {one} --> {other}" for one, other in arrows)
    return f"```mermaid\nstateDiagram-v2\n{lines}\n```"
