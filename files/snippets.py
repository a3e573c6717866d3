"""How to do by program what the page does."""

from files.models import File


def for_file(file: File, base: str) -> list[tuple[str, str]]:
    """Return label and code of ways to fetch `file` from the platform at `base`."""
    url = f"{base}/api/v1/files/download/{file.pk}"
    return [
        ("curl", f'curl -fOJ -H "Authorization: Bearer $TOKEN" {url}\n# SHA-256 {file.sha256}'),
        (
            "Python",
            "import os, shutil, urllib.request\n\n"
            f'request = urllib.request.Request("{url}",\n'
            '    headers={"Authorization": f"Bearer {os.environ[\'TOKEN\']}"})\n'
            f'with urllib.request.urlopen(request) as answer, open({file.name!r}, "wb") as target:\n'
            "    shutil.copyfileobj(answer, target)",
        ),
    ]
