"""WeCom 企业微信 as a channel. What wechatpy does is imported when the channel is made, not before."""
