@NullMarked
package io.feiqian.mariadb;

import org.jspecify.annotations.NullMarked;
