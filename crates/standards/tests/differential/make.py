"""Makes the tables of this folder: what independent libraries say of cases that our functions are asked too.

Each table is one function of the crate `standards`. Its first lines, which begin with `#`, name the library,
its version and licence, the seed, and how the numbers are held against ours:

  exact           the same text
  rounded         ours is the library's number rounded to the decimals ours is printed with
  within X        at most X apart
  relative X      at most the X-th part apart

`tests/differential.rs` reads the tables; neither Python nor a library is needed for that. To make them anew:

  python3 -m venv v
  v/bin/pip install aqi-hub==0.3.3 acoustica==1.2.0 chinese-days==0.0.2 chinesecalendar==1.11.0 \\
      globalwarmingpotentials==0.13.2 gsw==3.6.23 holidays==0.109 numpy==2.4.6 pandas==3.1.1 \\
      periodictable==2.1.0 pvlib==0.16.1 radioactivedecay==0.6.1 python-stdnum==2.2 scikit-bio==0.7.4 scipy==1.17.1 \\
      uncertainties==3.2.3 vininfo==1.11.0
  v/bin/python make.py

Looked for and not found, so that nothing is compared: a maintained package for the trophic level index, CWQI,
the classes of GB 3838, the EQI, DRASTIC, P values of compensation, Chinese emission inventories, and the dispersion
parameters of GB/T 3840 or of Briggs (gplume 1.0.2 has two fixed powers and asks the network when imported).
Tried and not used: outlier-utils 0.0.5 (see quality.grubbs.csv), aqi-hub's row of SO2 for 24 hours (see
air.iaqi.csv), python-acoustics 0.2.6 (archived, does not import with a current scipy).
Upkeep: numpy, scipy, pandas, pvlib, gsw, scikit-bio, holidays, chinesecalendar, python-stdnum, uncertainties and
radioactivedecay have been kept up for years; aqi-hub (2026-02) and acoustica (2026-07) are; chinese-days and
vininfo are small.
"""

import air
import other
import statistics_of
import water_noise

air.air()
water_noise.water()
water_noise.noise()
statistics_of.statistics()
statistics_of.simulated()
other.rest()
other.terms()
other.codes()
other.warming()
