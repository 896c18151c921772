"""`terraform fmt` and `terraform validate` have nothing to say. Skipped (77) without Terraform, or without its AWS provider.

The provider comes from Terraform's registry, or from the folder in TF_PLUGIN_CACHE_DIR.
"""
import glob
import os
import shutil
import subprocess
import sys
import tempfile

ROOT = os.environ.get("GW_SOURCE_DIR") or os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def run(*arguments, folder):
    return subprocess.run(["terraform", *arguments], cwd=folder, capture_output=True, text=True, timeout=500, check=False)


def main():
    if not shutil.which("terraform"):
        print("terraform is not installed: skipped")
        return 77
    formatted = run("fmt", "-check", "-recursive", "-diff", "-no-color", folder=os.path.join(ROOT, "deploy", "terraform"))
    if formatted.returncode != 0:
        print(formatted.stdout, formatted.stderr)
        return 1
    with tempfile.TemporaryDirectory(prefix="gw-terraform-") as copy:
        shutil.copytree(os.path.join(ROOT, "deploy"), copy, dirs_exist_ok=True)
        folders = sorted({os.path.dirname(p) for p in glob.glob(os.path.join(copy, "terraform", "**", "*.tf"), recursive=True)})
        failed = 0
        for folder in folders:
            started = run("init", "-backend=false", "-input=false", "-no-color", folder=folder)
            if started.returncode != 0:
                why = " ".join(started.stderr.split())
                if "provider packages" not in why and "registry" not in why:
                    print(os.path.relpath(folder, copy), started.stderr)
                    return 1
                print(f"fmt is clean; validate is skipped, its provider cannot be had: {why[:200]}")
                return 77
            checked = run("validate", "-no-color", folder=folder)
            failed += checked.returncode != 0
            print(os.path.relpath(folder, copy), (checked.stdout + checked.stderr).strip())
    return 1 if failed else 0


sys.exit(main())
