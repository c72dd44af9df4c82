"""WeChat 微信 as a channel: an Official Account 公众号. What wechatpy does is imported when the channel is made."""
