# SPDX-License-Identifier: MIT
# Floats through format specs.
x = 1234.56789
print(f"{x:.2f} {x:.0f} {x:10.1f}| {x:<10.1f}| {x:^12.3f}| {x:+.1f}")
print(f"{x:e} {x:.3e} {x:E} {x:g} {x:.3g} {x:G} {x:.10g}")
print(f"{x:,.2f} {x:010.2f} {-x:010.2f} {x:_.1f}")
print(f"{0.256:%} {0.256:.1%} {1:.2f} {0.00001234:g} {1e10:g} {123456789.0:g}")
print(f"{1.0} {1.0:f} {float('inf'):f} {float('nan'):.2f} {-0.0:.1f}")
print("%.3f %5.1f %e %g %r %s" % (x, x, x, x, x, x))
print("%d %5.2f|%-8.2f|%08.2f|%+.1f" % (7.9, x, 4.5, -5.25, 6.75))
