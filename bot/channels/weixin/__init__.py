"""What WeCom 企业微信 and WeChat 微信 have in common: seals, calls and what their answers mean."""
