"""Where releases are kept."""

from adapters.artifacts.folder_releases import FolderReleases

__all__ = ["FolderReleases"]
