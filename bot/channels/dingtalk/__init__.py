"""DingTalk 钉钉 as a channel. What DingTalk's library does is imported when it is needed, not before."""
