"""LibreOffice, where it is installed, turns a Word document into PDF. Nothing here depends on it."""

import shutil
import subprocess
import tempfile
from pathlib import Path

from bot.errors import YanxinError

SECONDS = 300


def office() -> str | None:
    """Return where LibreOffice is; None where it is not."""
    return shutil.which("soffice") or shutil.which("libreoffice")


def as_pdf(document: bytes, program: str) -> bytes:
    """Return the PDF of a .docx made by the LibreOffice at `program`; YanxinError when it does not make one."""
    with tempfile.TemporaryDirectory(prefix="yanxin-pdf-") as folder:
        file = Path(folder) / "document.docx"
        file.write_bytes(document)
        profile = f"-env:UserInstallation=file://{folder}/profile"  # another one that runs does not stand in the way
        command = [program, "--headless", profile, "--convert-to", "pdf", "--outdir", folder, str(file)]
        try:
            subprocess.run(command, check=True, timeout=SECONDS, capture_output=True)  # noqa: S603 - found on the path
            return file.with_suffix(".pdf").read_bytes()
        except (OSError, subprocess.SubprocessError) as error:
            raise YanxinError(
                f"LibreOffice made no PDF ({type(error).__name__}); open the .docx and save it as one"
            ) from None
