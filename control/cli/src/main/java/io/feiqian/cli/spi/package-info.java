/** How the rooms above the command line add commands of their own. */
@NullMarked
package io.feiqian.cli.spi;

import org.jspecify.annotations.NullMarked;
