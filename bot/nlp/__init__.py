"""Text in, verdict out: how Kefu understands a question. No database and no Telegram in here."""
