"""A university whose published figures are known, as the files that an office would hand in.

2010 and 2019: masters 5 % and 23 %, doctors 23 % and 99 %, national joint training of doctors 1.6 % and 9.9 %.
"""

from datetime import date, timedelta
from pathlib import Path

import openpyxl

INTAKE = {(2010, "master"): 1000, (2010, "doctor"): 1000, (2019, "master"): 1000, (2019, "doctor"): 1000}
STAYS = {(2010, "master"): 50, (2010, "doctor"): 230, (2019, "master"): 230, (2019, "doctor"): 990}
NATIONAL = {2010: 16, 2019: 99}
UNIT = "示例大学"


def write_practice(path: Path) -> None:
    """Write the workbook: one student for each stay, a few doctors who have not been abroad, intake and targets."""
    book = openpyxl.Workbook()
    people, trips = book.worksheets[0], book.create_sheet("派出")
    people.title = "人员"
    people.append(["学号", "姓名", "单位", "培养层次"])
    trips.append(["派出编号", "学号", "派往单位", "城市", "国家", "出发日期", "返回日期", "类型", "资助来源"])
    for (year, level), stays in STAYS.items():
        for place in range(stays):
            number = f"{year}{level[0]}{place:04}"
            national = level == "doctor" and place < NATIONAL[year]
            people.append([number, f"学生{place}", f"{UNIT}/{'文学院' if place % 2 else '理学院'}", level])
            departs = date(year, 3, 1) + timedelta(days=place % 60)
            days = (20, 60, 120, 300)[place % 4]
            trips.append(
                [
                    f"T{number}",
                    number,
                    "Universität Bonn" if place % 3 else "Kyoto University",
                    "波恩" if place % 3 else "京都",
                    "德国" if place % 3 else "日本",
                    departs.isoformat(),
                    (departs + timedelta(days=days - 1)).isoformat(),
                    "联合培养" if national else "学术会议",
                    "国家公派" if national else "导师经费",
                ]
            )
    for late in range(20):
        people.append([f"D{late}", f"博士{late}", f"{UNIT}/文学院", "doctor"])
    intake = book.create_sheet("招生")
    intake.append(["年份", "单位", "培养层次", "招生数"])
    for (year, level), admitted in INTAKE.items():
        intake.append([year, UNIT, level, admitted])
    targets = book.create_sheet("目标")
    targets.append(["年份", "单位", "指标", "目标数", "责任部门"])
    targets.append([2019, UNIT, "三个月及以上", 1000, "国际处"])
    targets.append([2019, UNIT, "国际组织实习", 10, "就业指导中心"])
    hosts = book.create_sheet("合作单位")
    hosts.append(["派往单位", "合作标签"])
    hosts.append(["Universität Bonn", "战略伙伴"])
    book.save(path)
