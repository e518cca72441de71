"""The SFTP server: each participant fetches its own files, and sees nothing else."""

from switch.sftp.server import SftpServing, serve_files

__all__ = ["SftpServing", "serve_files"]
