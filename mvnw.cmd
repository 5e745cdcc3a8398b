@echo off
rem Runs Maven, and fetches it first where there is none. The Windows twin of mvnw: see there.
setlocal EnableDelayedExpansion

set "WRAPPER=%~dp0.mvn\wrapper"
for /f "usebackq tokens=1,* delims==" %%a in ("%WRAPPER%\maven-wrapper.properties") do set "MVNW_%%a=%%b"

set "JAVA_EXE=java.exe"
if not "%JAVA_HOME%"=="" set "JAVA_EXE=%JAVA_HOME%\bin\java.exe"
"%JAVA_EXE%" -version >nul 2>&1
if errorlevel 1 (
  echo mvnw: no JDK found: install JDK 17 or newer, or set JAVA_HOME 1>&2
  exit /b 1
)

set "USER_HOME=%MAVEN_USER_HOME%"
if "%USER_HOME%"=="" set "USER_HOME=%USERPROFILE%\.m2"
set "DIST=%USER_HOME%\wrapper\dists\apache-maven-%MVNW_distributionVersion%"
for /d %%d in ("%DIST%\*") do if exist "%%d\bin\mvn.cmd" (
  set "MAVEN=%%d\bin\mvn.cmd"
  goto run
)

set "URL=%MVNW_distributionUrl%"
if not "%MVNW_REPOURL%"=="" (
  set "URL=%MVNW_REPOURL%/org/apache/maven/apache-maven/%MVNW_distributionVersion%/apache-maven-%MVNW_distributionVersion%-bin.zip"
)
"%JAVA_EXE%" %MAVEN_OPTS% "%WRAPPER%\FetchMaven.java" "!URL!" "%MVNW_distributionSha512Sum%" "%DIST%\fetched"
if errorlevel 1 exit /b 1
set "MAVEN=%DIST%\fetched\bin\mvn.cmd"

:run
endlocal & call "%MAVEN%" %*
exit /b %ERRORLEVEL%
