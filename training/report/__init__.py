"""One self-contained HTML page that shows what runs did, with the figures of the student report beside ours."""
