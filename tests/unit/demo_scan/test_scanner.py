"""The simulator tells the truth and repeats itself."""

import numpy as np
import pytest
from PIL import Image

from evidence.demo.sample_form import make_sample, sample_number
from evidence.demo.scan_files import write_scans
from evidence.demo.scanner import simulate_page


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    return make_sample(tmp_path_factory.mktemp("forms"), sample_number(1), seed=1)


def scan(sample, page=1, **rest):
    return simulate_page(sample.pdf, page - 1, sample.geometry[page - 1], **{"dpi": 120, "seed": 5, **rest})


def test_equal_seeds_give_equal_pixels(sample):
    first, second = scan(sample), scan(sample)
    np.testing.assert_array_equal(first.image, second.image)
    assert not np.array_equal(first.image, scan(sample, seed=6).image)


def test_the_truth_names_what_was_done(sample):
    boxes = {"expert-1-p1", "enterprise-seal-p1", "unheard-of"}
    truth = scan(sample, signed=boxes, sealed=boxes).truth
    assert truth.signed == {"expert-1-p1"}
    assert truth.sealed == {"enterprise-seal-p1"}


def test_a_seal_leaves_red_and_a_gray_scan_does_not(sample):
    sealed = {"enterprise-seal-p1"}
    colour = scan(sample, profile="clean", sealed=sealed, mode="color").image.astype(int)
    assert (colour[..., 2] - colour[..., :2].max(axis=2) > 60).sum() > 500
    assert scan(sample, profile="clean", sealed=sealed, mode="gray").image.ndim == 2


@pytest.mark.parametrize(("suffix", "frames"), [(".tif", 2), (".pdf", 2), (".jpg", 1)])
def test_scans_become_files(sample, tmp_path, suffix, frames):
    scans = [scan(sample, 1), scan(sample, 2)][:frames]
    path = write_scans(scans, tmp_path / f"scan{suffix}")
    if suffix != ".pdf":
        with Image.open(path) as picture:
            assert getattr(picture, "n_frames", 1) == frames
    else:
        assert path.read_bytes().startswith(b"%PDF")


def test_several_pages_do_not_fit_a_jpeg(sample, tmp_path):
    with pytest.raises(ValueError, match="cannot write 2 pages"):
        write_scans([scan(sample, 1), scan(sample, 2)], tmp_path / "two.jpg")
