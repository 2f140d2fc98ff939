"""From raw pictures to training crops: detect, choose, straighten, cut, vary the background, drop near-duplicates."""
