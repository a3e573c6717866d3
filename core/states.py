"""State machines, each from one table of transitions.

The table makes the database trigger (`trigger_sql`), the check in the code (`require`) and the error that a
client sees (409 `invalid_transition`), so that no layer allows what another refuses.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from core.errors import Conflict


class InvalidTransition(Conflict):
    """The table of transitions has no way from the one state to the other."""

    code = "invalid_transition"


@dataclass(frozen=True)
class Machine:
    """The life cycle of one table's rows.

    `transitions` maps each state to those that may follow; a state that nothing follows is terminal, and a row in
    it never changes again but for the columns in `mutable_when_terminal` (references that other deletions clear).
    """

    table: str
    initial: frozenset[str]
    transitions: Mapping[str, frozenset[str]]
    column: str = "status"
    mutable_when_terminal: frozenset[str] = field(default_factory=frozenset)

    @classmethod
    def of(
        cls,
        table: str,
        *,
        initial: Iterable[str],
        transitions: Mapping[str, Iterable[str]],
        column: str = "status",
        mutable_when_terminal: Iterable[str] = (),
    ) -> "Machine":
        """Build a machine from plain collections, and refuse states that no row names."""
        table_of = {str(state): frozenset(map(str, after)) for state, after in transitions.items()}
        unknown = set().union(*table_of.values(), map(str, initial)) - table_of.keys()
        if unknown:
            raise ValueError(f"{table}: states without a row of their own: {sorted(unknown)}")
        return cls(table, frozenset(map(str, initial)), table_of, column, frozenset(mutable_when_terminal))

    @property
    def states(self) -> frozenset[str]:
        """All states."""
        return frozenset(self.transitions)

    @property
    def terminal(self) -> frozenset[str]:
        """States that nothing follows."""
        return frozenset(state for state, after in self.transitions.items() if not after)

    def allows(self, before: str, after: str) -> bool:
        """Say whether a row may go from `before` to `after`; staying is always allowed."""
        return before == after or after in self.transitions.get(before, frozenset())

    def require(self, before: str, after: str) -> None:
        """Raise InvalidTransition unless a row may be written that goes from `before` to `after`."""
        if before in self.terminal:
            raise InvalidTransition(f"It is {before}, and that is final.")
        if not self.allows(before, after):
            ways = ", ".join(sorted(self.transitions[before]))
            raise InvalidTransition(f"From “{before}” there is no way to “{after}”. Possible: {ways}.")

    def trigger_sql(self) -> str:
        """Return the statements that make PostgreSQL refuse what the table does not allow."""
        name = f"{self.table}_{self.column}_machine"
        pairs = ", ".join(
            f"('{before}','{after}')"
            for before, followers in sorted(self.transitions.items())
            for after in sorted(followers)
        )
        terminal = ", ".join(f"'{state}'" for state in sorted(self.terminal)) or "NULL"
        initial = ", ".join(f"'{state}'" for state in sorted(self.initial))
        kept = "".join(f" - '{column}'" for column in sorted(self.mutable_when_terminal))
        using = f"USING ERRCODE = 'check_violation', CONSTRAINT = '{name}'"
        return f"""
CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.{self.column} NOT IN ({initial}) THEN
      RAISE EXCEPTION '{self.table}: a row cannot begin as %', NEW.{self.column} {using};
    END IF;
    RETURN NEW;
  END IF;
  IF OLD.{self.column} IN ({terminal}) AND (to_jsonb(OLD){kept}) IS DISTINCT FROM (to_jsonb(NEW){kept}) THEN
    RAISE EXCEPTION '{self.table}: % is final', OLD.{self.column} {using};
  END IF;
  IF OLD.{self.column} IS DISTINCT FROM NEW.{self.column}
     AND (OLD.{self.column}, NEW.{self.column}) NOT IN ({pairs}) THEN
    RAISE EXCEPTION '{self.table}: no way from % to %', OLD.{self.column}, NEW.{self.column} {using};
  END IF;
  RETURN NEW;
END $$;
DROP TRIGGER IF EXISTS {name} ON {self.table};
CREATE TRIGGER {name} BEFORE INSERT OR UPDATE ON {self.table} FOR EACH ROW EXECUTE FUNCTION {name}();
"""
