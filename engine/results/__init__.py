"""What has been measured: runs and item tables on disk, frames for the pages, slices, exports."""
