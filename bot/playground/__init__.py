"""A small, strict Telegram on loopback: the Bot API over HTTP, the people who write to the bot, and their page.

It imports nothing else of the bot, so that the bot it serves is the real one. Reading order: server.py (the one object
that everybody starts), world.py (what exists), messages.py (how a message comes to be), updates.py and webhook.py (how
the bot hears of it), bot_api.py and calls.py (how it calls), people.py and acts.py (what people do), control.py (the
page's own API). Methods of the Bot API are in sending, sending_media, editing, copying, chats, topics, profile,
answering and receiving.
"""
