"""What the student report found, in its words and in English; shown beside our figures."""

from __future__ import annotations

from typing import NamedTuple

#: Steps whose pictures the report shows side by side for CAM 0 and CAM 1000 (it calls steps epochs).
CAM_STEPS = (8_000, 13_490, 13_950)
#: Steps that the report trained for.
REPORT_STEPS = 25_000


class Finding(NamedTuple):
    """A finding of the report: where it is told, its words, and what they mean."""

    key: str
    chinese: str
    english: str


FINDINGS = (
    Finding(
        "generator",
        "Generator Loss 則是有趨於 0 的趨勢",
        "The generators' loss falls towards 0.",
    ),
    Finding(
        "discriminator",
        "Discriminator Loss 經常不穩定的跳來跳去",
        "The discriminators' loss keeps jumping about.",
    ),
    Finding(
        "attention",
        "當 epoch 數提高，特徵提取會從原先發散至整張圖片背景逐漸集中於人的臉部",
        "As training goes on, attention moves from all over the picture, background included, to the face.",
    ),
    Finding(
        "cam_spot",
        "使用 CAM 會使提取特徵集中單一區域，例如眼睛、額頭等...，沒有使用 CAM 反而提取範圍較全面",
        "In B2A, CAM 1000 gathers attention in one spot such as the eyes or the forehead; without it, attention covers "
        "the whole face.",
    ),
    Finding(
        "cam_worse",
        "加入 CAM，反而使得整體效果變差了",
        "With CAM the results look worse on the whole, contrary to what was expected.",
    ),
    Finding(
        "enough",
        "我們跑了 25000 次 epoch 後，其實就有不錯的效果",
        "25,000 steps already give good results, of the 1,000,000 that the family of models is usually trained for.",
    ),
    Finding(
        "portraits",
        "部分特徵(眉毛、眼睛)還是有些瑕疵，但是整體輪廓已經很清楚，並且眼鏡也有很好的畫出來",
        "In the authors' portraits outlines are clear and glasses are drawn well; eyebrows and eyes are still flawed.",
    ),
)


def finding(key: str) -> Finding:
    """Return the finding called ``key``."""
    return next(one for one in FINDINGS if one.key == key)
