// Zstandard, for pages of Parquet files that zstd packed.
#include <zstd.h>
