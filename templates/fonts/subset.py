"""Makes the fonts of the reports: python3 subset.py STIXTwoMath-Regular.ttf STIX_TWO_TEXT_DIR DejaVuSans.ttf

STIX_TWO_TEXT_DIR is the `files` folder of the npm package @fontsource/stix-two-text. Needs fonttools and brotli.

Two adjustments of the mathematics font, for Chromium lays out formulas by advance widths alone: combining accents get a
width and a place of their own (they would hang to the left of their letter), and the taller radical signs are set
narrower (the width of the widest one is kept free after every root).
"""
import subprocess
import sys

from fontTools.misc.transform import Transform
from fontTools.pens.transformPen import TransformPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont

math, text, sans = sys.argv[1:4]
BLOCKS = ("U+20-7E,U+A0-FF,U+131,U+237,U+2C6-2DD,U+300-338,U+391-3F6,U+2010-2027,U+2030-2037,U+203E,U+2044,U+2057,"
          "U+2061-2064,U+20D0-20F0,U+2100-214F,U+2190-21FF,U+2200-22FF,U+2300-230B,U+2320-2321,U+239B-23B9,U+23D0,"
          "U+23DC-23E1,U+25A0-25CF,U+266D-266F,U+27C2,U+27E6-27EF,U+27F5-27FF,U+2980-2999,U+29F5-29F9,U+2A00-2A3F,"
          "U+2A7D-2AF0,U+1D400-1D7FF")
LATIN = "U+20-7E,U+A0-FF,U+131,U+2010-2027,U+2030-203A,U+2212,U+D7,U+B1"
SANS = ("U+20-7E,U+A0-FF,U+131,U+2B0-2FF,U+300-30C,U+370-3FF,U+1D62-1D6A,U+2010-2027,U+2030-203A,U+2070-209C,U+20D7,"
        "U+2100-214F,U+2190-21FF,U+2200-22FF,U+2300-230B,U+2329-232A,U+25A0-25CF,U+27E8-27E9,U+2C7C")

font = TTFont(math)
glyphs, metrics, names = font["glyf"], font["hmtx"], font.getBestCmap()


def redraw(name, transform, advance):
    pen = TTGlyphPen(font.getGlyphSet())
    font.getGlyphSet()[name].draw(TransformPen(pen, transform))
    glyphs[name] = pen.glyph()
    glyphs[name].recalcBounds(glyphs)
    metrics[name] = (advance, glyphs[name].xMin)


for code in [*range(0x300, 0x30D), 0x20D6, 0x20D7, 0x20DB, 0x20DC]:
    name = names.get(code)
    if name and metrics[name][0] == 0:
        left, right = glyphs[name].xMin, glyphs[name].xMax
        redraw(name, Transform().translate(-left, 0), right - left)

variants = font["MATH"].table.MathVariants
root = variants.VertGlyphCoverage.glyphs.index(names[0x221A])
construction = variants.VertGlyphConstruction[root]
WIDTH = 850
taller = {v.VariantGlyph for v in construction.MathGlyphVariantRecord} | {p.glyph for p in construction.GlyphAssembly.PartRecords}
for name in taller - {names[0x221A]}:
    redraw(name, Transform().scale(WIDTH / metrics[name][0], 1), WIDTH)

font.save("/tmp/stix-two-math.ttf")


def subset(source, target, unicodes, features, *options):
    subprocess.run(["pyftsubset", source, f"--output-file={target}", f"--unicodes={unicodes}", f"--layout-features={features}",
                    "--no-hinting", "--name-IDs=*", *options], check=True)


subset("/tmp/stix-two-math.ttf", "stix-two-math.woff2", BLOCKS, "ssty,kern,dtls,flac", "--flavor=woff2")
for cut, name in [("400-normal", "regular"), ("400-italic", "italic"), ("600-normal", "semibold")]:
    source = f"{text}/stix-two-text-latin-{cut}.woff2"
    subset(source, f"stix-two-text-{name}.woff2", LATIN, "kern,liga,onum,lnum,tnum,pnum", "--flavor=woff2")
subset(sans, "dejavu-sans.ttf", SANS, "kern", "--desubroutinize")
