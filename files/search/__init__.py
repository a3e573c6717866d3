"""Search: by parts of names, by the text of the content, by what is known of a file; ranked, counted, marked."""
