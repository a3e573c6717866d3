"""“Copy as”: how a program makes a result again."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from compression import names
from compression.choices import Operation
from compression.engine import codecs
from compression.models import Algorithm, Result
from core import snippets
from core.snippets import COMMAND, CURL, PYTHON, Snippet
from files.batch.members import folder_beside


@dataclass(frozen=True)
class Settings:
    """How something was made: the words of the API, which knows presets, and those of the engine, which does not.

    `wish` is `{"algorithm", "level", "params"}` as far as they say anything. `params` are those of the codec that
    differ from its defaults, without the level; `schema` declares all that it has.
    """

    wish: dict[str, Any]
    codec: str
    level: int | None
    params: dict[str, Any]
    schema: Mapping[str, Any]

    def words(self, operation: Operation, mark: str = "") -> tuple[list[str], list[str]]:
        """Return the words of a call of the command line, and shell that has to come before it."""
        given, before = snippets.command_params(self.params, self.schema, mark)
        level = level_words(self.level) if operation == Operation.COMPRESS else []
        params = [word for one in given for word in ("-p", one)]
        return [operation.value, "-a", self.codec, *level, *params], before


def level_words(level: int | None) -> list[str]:
    """Return the arguments for a level; a negative one must not look like an option."""
    return [] if level is None else ([f"--level={level}"] if level < 0 else ["-l", str(level)])


def changed(algorithm: Algorithm, params: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parameters that differ from the algorithm's defaults."""
    return _differing(algorithm.params_schema.get("properties", {}), params)


def _differing(declared: Mapping[str, Any], params: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in params.items() if declared.get(name, {}).get("default") != value}


def settings_of(algorithm: Algorithm, level: int | None, params: Mapping[str, Any]) -> Settings:
    """Return the settings of a call that was made with an algorithm.

    A preset that has other settings by now cannot make it again: then its codec does.
    """
    composed = algorithm.composition
    if composed is None:
        schema = algorithm.params_schema.get("properties", {})
        name = algorithm.name
    else:
        name = composed["algorithm"]
        known = codecs.all_codecs().get(name)
        schema = known.schema()["properties"] if known else {}
    differing = _differing(schema, params)
    if composed is not None and (composed["level"], composed["params"]) == (level, dict(params)):
        wish: dict[str, Any] = {"algorithm": algorithm.name}
    else:
        wish = {"algorithm": name}
        wish |= {"level": level} if level is not None else {}
        wish |= {"params": differing} if differing else {}
    return Settings(wish, name, level, differing, schema)


def for_result(result: Result, base: str) -> list[Snippet]:
    """Return snippets that make this result again at the platform at `base`, and take its bytes.

    Of an input that was deleted the platform can make nothing; the command line can, where somebody has a copy.
    """
    found = (
        _of_archive(result, base) if result.algorithm is None else _of_file(result, result.algorithm, base)
    )
    if result.file is None or result.file.deleted_at:
        return [(language, code) for language, code in found if language == COMMAND]
    return found


def _of_file(result: Result, algorithm: Algorithm, base: str) -> list[Snippet]:
    settings = settings_of(algorithm, result.level, result.params)
    wish = dict(settings.wish)
    if result.operation == Operation.DECOMPRESS:
        wish.pop("level", None)
    call, path = {"file": str(result.file_id), **wish}, f"compression/{result.operation}"
    name = snippets.local_name(_output_name(result, algorithm))
    found = [
        (
            CURL,
            f"{snippets.curl_ask(base, path, call)}\n{snippets.curl_result(base, 'output', snippets.word(name))}",
        ),
        (PYTHON, f'{as_python(base, path, call, saves=True)}\nsave(answer["output"], {name!r})'),
        (COMMAND, "\n".join([*_fetched(result, base), *_commands(result, settings, name)])),
    ]
    if result.output is None or not algorithm.lossless:
        return found
    told = f"# SHA-256 {result.output.sha256}"
    return [(language, f"{code}\n{told}") for language, code in found]


def _output_name(result: Result, algorithm: Algorithm) -> str:
    if result.output is not None:
        return result.output.name
    rename = names.compressed_name if result.operation == Operation.COMPRESS else names.original_name
    return rename(result.file_name, algorithm.file_extension)


def _commands(result: Result, settings: Settings, name: str) -> list[str]:
    words, before = settings.words(Operation(result.operation))
    source = snippets.local_name(result.file_name)
    return [*before, snippets.command(*words, options={"-o": name}, files=[source])]


def _fetched(result: Result, base: str) -> list[str]:
    """Shell that downloads the input."""
    if result.file is None or result.file.deleted_at:
        return []
    return [snippets.curl_file(base, result.file_id, snippets.word(snippets.local_name(result.file_name)))]


def as_python(base: str, path: str, call: Mapping[str, Any], *, saves: bool = False) -> str:
    """Return Python that posts `call`, and has the answer, or that of the job, in `answer`; `saves` gives it `save`."""
    before = [snippets.python_ask(base), *([snippets.PYTHON_SAVE] if saves else [])]
    return "\n\n".join([*before, snippets.python_call(path, repr(dict(call)))])


# Archives, whose files are written under their paths


def _of_archive(result: Result, base: str) -> list[Snippet]:
    call, path = {"file": str(result.file_id), "unpack": True}, "compression/decompress"
    folder = snippets.local_name(folder_beside(result.file).rpartition("/")[2]) if result.file else "files"
    source = snippets.local_name(result.file_name)
    command = snippets.command("decompress", options={"--into": folder}, files=[source])
    return [
        (CURL, f"{snippets.curl_ask(base, path, call)}\n{_curl_members(base, folder)}"),
        (PYTHON, f"{as_python(base, path, call, saves=True)}\n{_python_members(folder)}"),
        (COMMAND, "\n".join([*_fetched(result, base), command])),
    ]


def _curl_members(base: str, folder: str) -> str:
    # No path begins or ends with a slash: what is read up to the first one is the id.
    fetch = snippets.curl_file(base, "$id", f'{snippets.word(folder)}/"$path"', folders=True)
    return f"""printf %s "$answer" | python3 -c 'import json, sys
answer = json.load(sys.stdin)
for output in (answer.get("result") or answer)["outputs"]:
    if output["file"]:
        print(output["file"], output["path"], sep="/")' | while IFS=/ read -r id path; do
  {fetch}
done"""


def _python_members(folder: str) -> str:
    return f"""for output in answer["outputs"]:
    if output["file"]:
        path = os.path.join({folder!r}, output["path"])
        os.makedirs(os.path.dirname(path), exist_ok=True)
        save(output["file"], path)"""
