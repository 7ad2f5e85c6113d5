"""What texts are like: lengths, scripts, languages, keywords, passages, and columns of millions of them."""
