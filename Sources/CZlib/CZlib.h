// zlib, for pages of Parquet files that gzip packed.
#include <zlib.h>
