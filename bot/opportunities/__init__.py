"""Places that students may apply for abroad 项目宣传: what there is, who wants to hear of it, and what to prepare."""
